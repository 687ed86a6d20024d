/** The conversations at the left, and the quick switcher (Ctrl + K). */

import { addressOf, openConversation } from "./conversation.js";
import { openDialog } from "./dialog.js";
import { h, reconcile, setPanel } from "./dom.js";
import { icon } from "./icons.js";
import { combobox } from "./inputs/combobox.js";
import { avatar } from "./message.js";
import { person, store } from "./state.js";

export class Sidebar {
  constructor(root) {
    this.root = root;
    this.channels = h("ul", { class: "places" });
    this.apps = h("ul", { class: "places" });
    this.me = h("div", { class: "myself" });
    const jump = h("button", { type: "button", class: "jump", onclick: switcher, "aria-keyshortcuts": "Control+K" },
      icon("search"), h("span", {}, "Jump to …"), h("kbd", { "aria-hidden": "true" }, "Ctrl K"));
    root.append(
      h("p", { class: "workspace" }, "Sandbox"),
      jump,
      h("h2", {}, "Channels"), this.channels,
      h("h2", {}, "Apps"), this.apps,
      this.me);
    root.addEventListener("click", (event) => event.target.closest("a") && setPanel("sidebar-open", false));
    document.getElementById("main").addEventListener("pointerdown", () => setPanel("sidebar-open", false));
    root.addEventListener("keydown", (event) => event.key === "Escape" && setPanel("sidebar-open", false));
    addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (!document.querySelector("[role=dialog]")) switcher();
      }
    });
  }

  update() {
    const { conversations, me } = store.state;
    const open = openConversation()?.id;
    this.draw(this.channels, conversations.filter((one) => one.kind === "channel"), open);
    this.draw(this.apps, conversations.filter((one) => one.kind === "im"), open);
    if (this.mine !== me.id) {
      this.mine = me.id;
      this.me.replaceChildren(avatar({ colour: me.avatar, initials: me.initials }),
        h("span", {}, h("strong", {}, me.real_name), h("small", {}, me.title)));
    }
    const mentions = conversations.reduce((sum, one) => sum + one.mentions, 0);
    const here = conversations.find((one) => one.id === open);
    document.title = `${mentions ? `(${mentions}) ` : ""}${here ? nameOf(here) : "Sandbox"} · Sandbox`;
  }

  draw(list, conversations, open) {
    reconcile(list, conversations, {
      key: (one) => one.id,
      sign: (one) => JSON.stringify([one.name, one.private, one.unread, one.mentions, one.id === open]),
      draw: (one) => h("li", {}, link(one, one.id === open)),
    });
  }
}

/** How a conversation is called: channels by name, the direct one by the app. */
function nameOf(one) {
  return one.kind === "im" ? store.state.app.name : one.name;
}

function link(one, isOpen) {
  const sign = one.kind === "im" ? appAvatar(one) : icon(one.private ? "lock" : "hash");
  return h("a", {
    href: addressOf(one), class: one.unread ? "place unread" : "place", "aria-current": isOpen ? "page" : null, dataset: { focus: `place/${one.id}` },
  },
  sign, h("span", { class: "place-name" }, nameOf(one)),
  one.unread > 0 && h("span", { class: "hidden-text" }, `, ${one.unread} unread`),
  one.mentions > 0 && h("span", { class: "badge" }, String(one.mentions), h("span", { class: "hidden-text" }, one.mentions === 1 ? " mention" : " mentions")));
}

function appAvatar(one) {
  const bot = person(one.with);
  return avatar({ colour: bot?.avatar ?? "#1d3b53", initials: bot?.initials ?? "A" });
}

function switcher() {
  const known = store.state.conversations.map((one) => ({ value: one.id, text: { type: "plain_text", text: nameOf(one), emoji: false } }));
  const field = combobox({
    naming: { label: "Conversation", focus: "switcher" },
    placeholder: "Type a conversation’s name",
    chosen: [],
    load: () => [{ label: "", options: known }],
    changed: ([option]) => {
      dialog.close();
      const one = store.state.conversations.find((each) => each.id === option.value);
      if (one) location.hash = addressOf(one);
    },
  });
  const dialog = openDialog({ title: "Jump to a conversation", body: field, className: "switcher" });
  const input = field.querySelector("input");
  input.focus();
  input.click();
}
