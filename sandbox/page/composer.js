/** Where one writes: messages, and commands with suggestions. Drafts stay with their conversation. */

import { h, newId, place, toast } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { act, conversation, person, store } from "./state.js";

const drafts = new Map();

/** A composer for a conversation, or for one of its threads. */
export function drawComposer({ channel, threadTs = null, label, onSent }) {
  return new Composer({ channel, threadTs, label, onSent }).root;
}

/** Forgets what was not sent. */
export function forgetDrafts() {
  drafts.clear();
}

class Composer {
  constructor({ channel, threadTs, label, onSent }) {
    Object.assign(this, { channel, threadTs, onSent });
    this.key = `${store.route.as}/${channel}/${threadTs ?? ""}`;
    this.offers = [];
    this.at = 0;
    const listId = newId("suggestions");
    this.list = h("div", { class: "options suggestions", role: "listbox", id: listId, "aria-label": "Suggestions", popover: "manual" });
    this.field = h("textarea", {
      class: "composer-field", rows: "1", "aria-label": label, placeholder: label, value: drafts.get(this.key) ?? "",
      "aria-autocomplete": "list", "aria-controls": listId,
    });
    this.button = h("button", { type: "button", class: "icon-button send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.told = h("p", { class: "composer-note", role: "alert" });
    this.root = h("div", { class: "composer" },
      this.told,
      h("div", { class: "composer-box" }, this.field, h("div", { class: "composer-bar" }, threadTs ? null : this.shortcuts(), h("span", { class: "composer-hint" }, "Enter sends, Shift + Enter begins a new line"), this.button)),
      this.list);
    this.listen();
    this.resize();
  }

  listen() {
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.keydown(event));
    this.field.addEventListener("blur", () => this.hide());
    this.button.addEventListener("click", () => this.send());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const row = event.target.closest("[role=option]");
      if (row) this.take(this.offers[Number(row.dataset.at)]);
    });
  }

  shortcuts() {
    const button = h("button", {
      type: "button", class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu", "aria-expanded": "false",
    }, icon("bolt"));
    button.addEventListener("click", () => {
      const known = store.state.app.shortcuts.filter((one) => one.type === "global");
      const items = known.map((one) => ({ text: one.name, description: one.description, choose: () => this.run(one.callback_id) }));
      openMenu(button, "Shortcuts", items.length ? items : [{ text: "The app has no shortcuts" }], { above: true });
    });
    return button;
  }

  async run(callbackId) {
    try {
      const answer = await act("shortcut", { callback_id: callbackId });
      if (answer.notice) toast(answer.notice);
    } catch (error) {
      toast(error.message);
    }
  }

  typed() {
    drafts.set(this.key, this.field.value);
    this.told.textContent = "";
    this.resize();
    this.suggest();
  }

  resize() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight || 24, 200)}px`;
    this.button.disabled = !this.field.value.trim();
  }

  keydown(event) {
    if (this.offers.length && this.offerKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  /** Keys while suggestions are shown; true when the key was theirs. A whole command is sent by Enter. */
  offerKey(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const offer = this.offers[this.at];
    if (event.key in steps) {
      this.at = (this.at + steps[event.key] + this.offers.length) % this.offers.length;
      this.mark();
    } else if (event.key === "Escape") {
      this.hide();
    } else if (event.key === "Tab" || (event.key === "Enter" && !this.field.value.endsWith(offer.word))) {
      this.take(offer);
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  suggest() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const [command] = /^\/\S*$/.exec(before) ?? [];
    const [, name] = /(?:^|\s)@([\w.-]*)$/.exec(before) ?? [];
    if (command !== undefined && !this.threadTs) this.offers = commandOffers(command);
    else if (name !== undefined) this.offers = peopleOffers(name, this.channel);
    else this.offers = [];
    this.at = 0;
    if (!this.offers.length) return this.hide();
    this.list.replaceChildren(...this.offers.map((offer, at) =>
      h("div", { role: "option", class: "option", id: `${this.list.id}-${at}`, dataset: { at: String(at) } },
        h("span", {}, h("strong", {}, offer.word), " ", h("span", { class: "muted" }, offer.hint)), h("small", {}, offer.description))));
    if (!this.list.matches(":popover-open")) this.list.showPopover();
    place(this.list, this.field, { above: true });
    return this.mark();
  }

  mark() {
    [...this.list.children].forEach((row, at) => {
      row.classList.toggle("active", at === this.at);
      row.setAttribute("aria-selected", String(at === this.at));
    });
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
  }

  hide() {
    this.offers = [];
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    this.field.removeAttribute("aria-activedescendant");
  }

  take(offer) {
    const end = this.field.selectionStart;
    const begin = this.field.value.slice(0, end).search(/\S+$/);
    this.field.setRangeText(`${offer.word} `, begin, end, "end");
    this.hide();
    this.typed();
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.hide();
    const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    const refusal = command && refusalOf(command, this.threadTs);
    if (refusal) return void (this.told.textContent = refusal);
    this.field.value = "";
    this.typed();
    try {
      if (command) await act("command", { channel: this.channel, command, text: rest });
      else await act("message", { channel: this.channel, text, ...(this.threadTs && { thread_ts: this.threadTs }) });
      this.onSent?.();
    } catch (error) {
      this.field.value ||= text;
      this.typed();
      this.told.textContent = error.message;
    }
  }
}

function refusalOf(command, threadTs) {
  if (!store.state.app.commands.some((one) => one.command === command)) {
    return `${command} is not a command here. Type / to see the commands there are.`;
  }
  return threadTs ? `${command} does not work in threads. Use it in the conversation itself.` : null;
}

function commandOffers(begun) {
  return store.state.app.commands
    .filter((one) => one.command.startsWith(begun))
    .map((one) => ({ word: one.command, hint: one.usage_hint, description: one.description }));
}

function peopleOffers(begun, channel) {
  const people = (conversation(channel)?.members ?? [])
    .map(person)
    .filter((one) => one && !one.deleted)
    .map((one) => ({ word: `@${one.name}`, hint: one.real_name, description: one.title }));
  const groups = store.state.groups.map((one) => ({ word: `@${one.handle}`, hint: one.name, description: "User group" }));
  const wanted = begun.toLowerCase();
  const first = (one) => (one.word.startsWith(`@${wanted}`) ? 0 : 1);
  return [...people, ...groups]
    .filter((one) => `${one.word} ${one.hint}`.toLowerCase().includes(wanted))
    .sort((one, other) => first(one) - first(other))
    .slice(0, 8);
}
