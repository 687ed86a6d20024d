/** A drawer at the right edge, over the page: one at a time, each with a button in the top bar. */

import { h, setPanel } from "./dom.js";
import { icon } from "./icons.js";

let shown = null;

export class Drawer {
  constructor(title, sign) {
    this.title = title;
    this.root = document.getElementById("drawer");
    this.button = h("button", { type: "button", class: "tool", "aria-expanded": "false", "aria-controls": "drawer", onclick: () => this.toggle() },
      icon(sign), h("span", {}, title));
    this.body = h("div", { class: "drawer-body" });
    const close = h("button", { type: "button", class: "icon-button", "aria-label": `Close ${title}`, onclick: () => this.hide() }, icon("close"));
    this.parts = [h("header", { class: "drawer-head" }, h("h2", { tabindex: "-1" }, title), close), this.body];
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && shown === this && this.hide());
  }

  get isOpen() {
    return shown === this;
  }

  toggle() {
    if (this.isOpen) this.hide();
    else this.show();
  }

  show() {
    shown?.hide();
    shown = this;
    setPanel("tools-open", false);
    this.root.setAttribute("aria-label", this.title);
    this.root.replaceChildren(...this.parts);
    this.root.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.root.querySelector("h2").focus();
    this.opened?.();
  }

  hide() {
    shown = null;
    this.root.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
    this.closed?.();
  }
}
