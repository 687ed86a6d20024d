/** The pane at the right: a message and its replies. */

import { drawComposer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessages } from "./messages.js";
import { navigate, store } from "./state.js";

export class Thread {
  constructor(root) {
    this.root = root;
    this.where = h("p", { class: "topic" });
    this.list = h("div", { class: "messages" });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Replies" }, this.list);
    this.slot = h("div", { class: "composer-slot" });
    const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: () => this.leave() }, icon("close"));
    root.append(h("header", { class: "conversation-head" }, h("div", { class: "head-words" }, h("h2", {}, "Thread"), this.where), close),
      this.scroller, this.slot);
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.leave());
    this.opened = null;
  }

  leave() {
    const parent = document.querySelector(`[data-focus="reply/${CSS.escape(store.route.thread ?? "")}"]`);
    navigate({ thread: null });
    parent?.focus();
  }

  update(chosen) {
    const parent = chosen?.messages.find((message) => message.ts === store.route.thread);
    this.root.hidden = !parent;
    document.body.classList.toggle("thread-open", Boolean(parent));
    if (!parent) return void (this.opened = null);
    const replies = chosen.messages.filter((message) => message.thread_ts === parent.ts && message.ts !== parent.ts);
    const name = `${store.route.as} ${chosen.id} ${parent.ts}`;
    const fresh = this.opened !== name;
    if (fresh) this.open(chosen, parent, name);
    const grew = this.count !== replies.length;
    this.count = replies.length;
    drawMessages(this.list, [parent, ...replies], chosen.id, { inThread: true });
    if (fresh || grew) this.scroller.scrollTop = this.scroller.scrollHeight;
    if (fresh) this.slot.querySelector("textarea").focus();
    return undefined;
  }

  open(chosen, parent, name) {
    this.opened = name;
    this.where.textContent = chosen.kind === "im" ? store.state.app.name : `#${chosen.name}`;
    this.list.replaceChildren();
    this.slot.replaceChildren(drawComposer({ channel: chosen.id, threadTs: parent.ts, label: "Reply" }));
  }
}
