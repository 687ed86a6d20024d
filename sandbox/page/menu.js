/** A menu at a button: arrows move, Enter chooses, Escape closes and gives the focus back. */

import { h, place } from "./dom.js";

let open = null;

/**
 * Opens a menu of `{text, description, href, choose}`; a second click on the same anchor closes it.
 * `above` prefers the room over the anchor, `align` says which edges meet.
 */
export function openMenu(anchor, label, items, options = {}) {
  const was = open?.anchor;
  open?.close(false);
  if (was === anchor) return;
  const entries = items.map((item) => entry(item));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual" }, ...entries);
  const close = (refocus) => {
    open = null;
    removeEventListener("pointerdown", outside, true);
    removeEventListener("scroll", scrolled, true);
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (refocus) anchor.focus();
  };
  const outside = (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  const scrolled = () => (anchor.isConnected ? place(menu, anchor, options) : close(false));
  menu.addEventListener("keydown", (event) => keys(event, entries, close));
  menu.addEventListener("click", (event) => {
    const at = entries.indexOf(event.target.closest("[role=menuitem]"));
    if (at < 0) return;
    close(true);
    items[at].choose?.();
  });
  host(anchor).append(menu);
  menu.showPopover();
  place(menu, anchor, options);
  anchor.setAttribute("aria-expanded", "true");
  addEventListener("pointerdown", outside, true);
  addEventListener("scroll", scrolled, true);
  open = { anchor, close };
  entries[0]?.focus();
}

/** Popups of a modal live in it, so that its focus trap knows them. */
function host(anchor) {
  return anchor.closest("[role=dialog]") ?? document.body;
}

function entry(item) {
  const props = { role: "menuitem", tabindex: "-1", class: item.danger ? "menu-item danger" : "menu-item" };
  const words = [h("span", {}, item.text), item.description && h("small", {}, item.description)];
  if (item.href) return h("a", { ...props, href: item.href, target: "_blank", rel: "noopener noreferrer" }, ...words);
  return h("button", { ...props, type: "button" }, ...words);
}

function keys(event, entries, close) {
  const at = entries.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    entries.at(steps[event.key] % entries.length).focus();
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(true);
  } else if (event.key === "Tab") {
    close(true);
  }
}
