/** A field with a list: type to narrow it, arrows to move, Enter to choose. WAI-ARIA's combobox pattern. */

import { h, newId, place } from "../dom.js";
import { icon } from "../icons.js";
import { plain } from "../blocks/text.js";
import { named } from "./named.js";

const PAUSE_MS = 250;

/**
 * Draws it. `chosen` are Slack options; `load(query)` answers `[{label, options}]`, at once or later; `least` is how
 * much must be typed first; `changed(chosen)` is told of every choice.
 */
export function combobox(settings) {
  return new Combobox(settings).root;
}

class Combobox {
  constructor({ naming, placeholder, chosen, load, changed, least = 0, external = false, multiple = false, most = Infinity, clearable = false }) {
    Object.assign(this, { naming, placeholder, chosen, load, changed, least, external, multiple, most, clearable });
    this.shown = [];
    this.at = -1;
    this.asked = 0;
    this.listId = newId("list");
    this.list = h("div", { class: "options", role: "listbox", id: this.listId, popover: "manual", "aria-multiselectable": multiple ? "true" : null });
    this.field = h("input", {
      type: "text", class: "combo-field", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId, ...named(naming),
    });
    this.chips = h("span", { class: "chips" });
    this.clear = h("button", { type: "button", class: "icon-button clear", "aria-label": "Clear", tabindex: "-1" }, icon("close"));
    this.root = h("div", { class: multiple ? "combobox multiple" : "combobox" }, this.chips, this.field, this.clear, icon("chevron"), this.list);
    this.listen();
    this.settle();
  }

  listen() {
    this.field.addEventListener("input", () => this.open(this.field.value, this.external ? PAUSE_MS : 0));
    this.field.addEventListener("click", () => this.isOpen || this.browse());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.close());
    this.root.addEventListener("mousedown", (event) => this.press(event));
    this.clear.addEventListener("click", () => this.choose(null));
    this.reposition = () => place(this.list, this.root, { fit: true });
  }

  /** A click anywhere keeps the focus in the field; one on an option chooses it. */
  press(event) {
    if (event.target === this.field) return;
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) return this.choose(this.shown[Number(option.dataset.at)]);
    if (event.target.closest(".options, button")) return;
    this.field.focus();
    if (!this.isOpen) this.browse();
  }

  /** Opens the whole list; typing then replaces what stands in the field. */
  browse() {
    this.field.select();
    this.open("");
  }

  get isOpen() {
    return this.list.matches(":popover-open");
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      return this.isOpen ? this.move(steps[event.key]) : this.browse();
    }
    if (event.key === "Enter" && this.isOpen) {
      event.preventDefault();
      if (this.shown[this.at]) this.choose(this.shown[this.at]);
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.multiple && !this.field.value && this.chosen.length) {
      this.remove(this.chosen.at(-1));
    }
    return undefined;
  }

  /** Opens the list for what was typed; external menus wait until the person pauses. */
  open(query, pause = 0) {
    this.asked += 1;
    const mine = this.asked;
    this.show([], this.note(query) ?? (this.external ? "Loading …" : ""));
    clearTimeout(this.timer);
    if (this.note(query)) return;
    if (pause) this.timer = setTimeout(() => this.fill(query, mine), pause);
    else this.fill(query, mine);
  }

  note(query) {
    if (this.chosen.length >= this.most) return `At most ${this.most} can be chosen.`;
    return query.length < this.least ? `Type at least ${this.least} characters.` : null;
  }

  async fill(query, mine) {
    try {
      const loaded = this.load(query);
      const groups = loaded instanceof Promise ? await loaded : loaded;
      if (mine !== this.asked || document.activeElement !== this.field) return;
      const kept = groups.map(({ label, options }) => ({ label, options: options.filter((one) => this.fits(one, query)) }));
      this.show(kept.filter((group) => group.options.length), "No result");
    } catch (error) {
      if (mine === this.asked) this.show([], error.message);
    }
  }

  fits(option, query) {
    if (this.external) return true;
    return `${option.text.text} ${option.description?.text ?? ""}`.toLowerCase().includes(query.trim().toLowerCase());
  }

  show(groups, empty) {
    this.shown = groups.flatMap((group) => group.options);
    this.at = this.multiple ? (this.shown.length ? 0 : -1) : Math.max(this.shown.findIndex((one) => this.isChosen(one)), this.shown.length ? 0 : -1);
    let at = -1;
    const rows = groups.map(({ label, options }) => {
      const items = options.map((option) => this.row(option, (at += 1)));
      return label ? h("div", { role: "group", "aria-label": label }, h("div", { class: "group-label", "aria-hidden": "true" }, label), ...items) : items;
    });
    this.list.replaceChildren(...rows.flat(), ...(this.shown.length || !empty ? [] : [h("div", { class: "no-option", role: "status" }, empty)]));
    if (!this.isOpen) {
      this.list.showPopover();
      addEventListener("scroll", this.reposition, true);
    }
    this.field.setAttribute("aria-expanded", "true");
    this.reposition();
    this.mark();
  }

  row(option, at) {
    return h("div", { role: "option", class: "option", id: `${this.listId}-${at}`, dataset: { at: String(at) }, "aria-selected": String(this.isChosen(option)) },
      h("span", {}, plain(option.text)), option.description && h("small", {}, plain(option.description)));
  }

  isChosen(option) {
    return this.chosen.some((one) => one.value === option.value);
  }

  move(step) {
    if (!this.shown.length) return;
    this.at = (this.at + step + this.shown.length) % this.shown.length;
    this.mark();
  }

  mark() {
    for (const node of this.list.querySelectorAll(".option")) node.classList.toggle("active", Number(node.dataset.at) === this.at);
    const active = this.list.querySelector(".option.active");
    if (active) this.field.setAttribute("aria-activedescendant", active.id);
    else this.field.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!this.multiple) this.chosen = option ? [option] : [];
    else if (this.isChosen(option)) return this.remove(option);
    else if (this.chosen.length < this.most) this.chosen = [...this.chosen, option];
    this.finish();
  }

  remove(option) {
    this.chosen = this.chosen.filter((one) => one.value !== option.value);
    this.finish();
  }

  finish() {
    this.close();
    this.changed(this.chosen);
  }

  close() {
    this.asked += 1;
    clearTimeout(this.timer);
    removeEventListener("scroll", this.reposition, true);
    if (this.isOpen) this.list.hidePopover();
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.settle();
  }

  /** Shows what is chosen. */
  settle() {
    const [first] = this.chosen;
    this.field.value = !this.multiple && first ? plain(first.text) : "";
    this.field.placeholder = this.multiple && first ? "" : this.placeholder;
    this.clear.hidden = !(this.clearable && first);
    if (this.multiple) this.chips.replaceChildren(...this.chosen.map((option) => this.chip(option)));
  }

  chip(option) {
    const name = plain(option.text);
    return h("span", { class: "chip" }, name,
      h("button", { type: "button", "aria-label": `Remove ${name}`, onclick: () => this.remove(option) }, icon("close")));
  }
}
