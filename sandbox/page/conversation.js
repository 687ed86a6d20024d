/** The middle of the page: a conversation with its head, its messages and its composer; for the app, its tabs. */

import { drawComposer } from "./composer.js";
import { announce, h } from "./dom.js";
import { Home } from "./home.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { drawMessages } from "./messages.js";
import { act, conversation, hashFor, person, store } from "./state.js";

const AT_END_PX = 60;

/** Which conversation is open: the one in the address; with the app, each person's own; else the first one. */
export function openConversation() {
  const { conversations } = store.state;
  const own = store.route.tab && conversations.find((one) => one.kind === "im");
  return conversation(store.route.at) ?? (own || conversations[0]);
}

/** Which of the app's tabs is open; its messages when some are unread and no tab was chosen. */
export function openTab(chosen) {
  if (chosen?.kind !== "im") return "messages";
  return store.route.tab ?? "messages";
}

/** Draws `<main>` and keeps it up to date. */
export class Conversation {
  constructor(root) {
    this.head = h("header", { class: "conversation-head" });
    this.list = h("div", { class: "messages", id: "messages" });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Messages" }, this.list);
    this.slot = h("div", { class: "composer-slot" });
    this.home = new Home();
    root.append(this.head, this.scroller, this.home.root, this.slot);
    this.opened = null;
    this.newFrom = null;
    this.last = null;
    document.addEventListener("visibilitychange", () => store.state && this.update());
  }

  update() {
    const chosen = openConversation();
    if (!chosen) return this.empty();
    const tab = openTab(chosen);
    const name = `${store.route.as} ${chosen.id} ${tab}`;
    const fresh = name !== this.opened;
    if (fresh) this.open(chosen, tab, name);
    this.drawHead(chosen, tab);
    if (tab === "home") this.home.update();
    else this.drawList(chosen, fresh);
    return undefined;
  }

  empty() {
    this.opened = null;
    this.head.replaceChildren(h("h1", {}, "No conversation"));
    this.list.replaceChildren(h("p", { class: "nothing" }, `${store.state.me.real_name} is in no conversation.`));
    this.slot.replaceChildren();
  }

  open(chosen, tab, name) {
    this.opened = name;
    this.newFrom = mainMessages(chosen).find((message) => message.unread)?.ts ?? null;
    this.last = mainMessages(chosen).at(-1)?.ts ?? null;
    this.list.replaceChildren();
    this.headSign = null;
    const atHome = tab === "home";
    this.scroller.hidden = this.slot.hidden = atHome;
    this.home.root.hidden = !atHome;
    this.slot.replaceChildren(drawComposer({
      channel: chosen.id,
      label: chosen.kind === "im" ? `Message ${store.state.app.name}` : `Message #${chosen.name}`,
      onSent: () => this.toEnd(),
    }));
    if (chosen.kind === "im") act("home", { tab });
  }

  drawHead(chosen, tab) {
    const sign = JSON.stringify([chosen.id, chosen.topic, chosen.members.length, tab]);
    if (sign === this.headSign) return;
    this.headSign = sign;
    const isApp = chosen.kind === "im";
    const title = isApp ? store.state.app.name : chosen.name;
    this.head.replaceChildren(
      h("div", { class: "head-words" },
        h("h1", {}, isApp ? null : icon(chosen.private ? "lock" : "hash"), h("span", {}, title)),
        chosen.topic && h("p", { class: "topic" }, chosen.topic)),
      isApp ? tabs(tab) : members(chosen));
    document.getElementById("main").setAttribute("aria-label", title);
  }

  drawList(chosen, fresh) {
    const atEnd = fresh || this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < AT_END_PX;
    const messages = mainMessages(chosen);
    drawMessages(this.list, messages, chosen.id, { newFrom: this.newFrom });
    if (!messages.length) this.list.replaceChildren(h("p", { class: "nothing", dataset: { key: "nothing" } }, hintOf(chosen)));
    this.tell(messages);
    const line = fresh && this.list.querySelector(".new-line");
    if (line) line.scrollIntoView({ block: "center" });
    else if (atEnd) this.toEnd();
    this.markRead(chosen);
  }

  tell(messages) {
    const last = messages.at(-1);
    if (!last || last.ts === this.last) return;
    this.last = last.ts;
    if (last.user !== store.state.me.id) announce(`${person(last.user)?.real_name ?? "Somebody"}: ${last.text.slice(0, 200)}`);
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  markRead(chosen) {
    if (chosen.unread && document.visibilityState === "visible") act("read", { channel: chosen.id }).catch(() => null);
  }
}

/** What stands in the conversation itself; replies stand in their threads, unless they were sent to both. */
function mainMessages(chosen) {
  return chosen.messages.filter((message) => !message.thread_ts || message.thread_ts === message.ts || message.broadcast);
}

/** What can be typed into an empty conversation. */
function hintOf(chosen) {
  const [first] = store.state.app.commands;
  const command = first && h("span", {}, "Type ", h("kbd", {}, first.command), ` to ${begun(first.description)}. Type `, h("kbd", {}, "/"), " to see every command.");
  return h("span", {}, "Nothing has been said here yet.", command && h("br"), command,
    chosen.kind === "channel" && h("span", {}, h("br"), "Type ", h("kbd", {}, "@"), " to call somebody, or write a message."));
}

function begun(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, "");
}

function tabs(open) {
  const tab = (name, text) => h("a", {
    class: "tab", href: hashFor({ tab: name, thread: null }), "aria-current": open === name ? "page" : null, dataset: { focus: `tab/${name}` },
  }, text);
  return h("nav", { class: "tabs", "aria-label": "Tabs of the app" }, tab("home", "Home"), tab("messages", "Messages"));
}

function members(chosen) {
  const count = chosen.members.length;
  const button = h("button", { type: "button", class: "btn members", "aria-haspopup": "menu", "aria-expanded": "false" },
    icon("people"), String(count), h("span", { class: "hidden-text" }, count === 1 ? " member" : " members"));
  const items = () => chosen.members.map(person).filter((one) => one).map((one) => ({
    text: one.real_name, description: one.deleted ? `${one.title} · deactivated` : one.title,
  }));
  button.addEventListener("click", () => openMenu(button, "Members", items(), { align: "right" }));
  return button;
}

/** The address of a conversation; the app's Home comes first unless something there is unread. */
export function addressOf(one) {
  const tab = one.kind === "im" ? (one.unread ? "messages" : "home") : null;
  return hashFor({ at: one.id, tab, thread: null });
}
