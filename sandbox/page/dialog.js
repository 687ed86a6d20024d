/** A small dialog over everything, with the focus kept inside and given back. */

import { h, newId, trapTab } from "./dom.js";

/** Shows `body` under a title. `buttons` are drawn by the caller; `close()` takes it away. */
export function openDialog({ title, body, buttons = [], className = "", onEscape }) {
  const before = document.activeElement;
  const heading = newId("dialog");
  const box = h("div", { class: `dialog ${className}`, role: "dialog", "aria-modal": "true", "aria-labelledby": heading, tabindex: "-1" },
    h("h2", { id: heading, class: "dialog-title" }, title),
    h("div", { class: "dialog-body" }, body),
    buttons.length > 0 && h("div", { class: "dialog-buttons" }, ...buttons));
  const veil = h("div", { class: "veil over" }, box);
  const close = () => {
    veil.remove();
    if (before?.isConnected) before.focus();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onEscape ? onEscape() : close();
    }
    trapTab(event, box);
  });
  document.body.append(veil);
  (box.querySelector("[autofocus]") ?? box).focus();
  return { box, close };
}

/** Asks once more; resolves to true or false. */
export function confirm({ title, body, yes, no = "Cancel", style = "primary" }) {
  return new Promise((resolve) => {
    const answer = (value) => {
      dialog.close();
      resolve(value);
    };
    const deny = h("button", { type: "button", class: "btn", onclick: () => answer(false) }, no);
    const agree = h("button", { type: "button", class: `btn ${style}`, autofocus: true, onclick: () => answer(true) }, yes);
    const dialog = openDialog({ title, body, buttons: [deny, agree], className: "small", onEscape: () => answer(false) });
  });
}
