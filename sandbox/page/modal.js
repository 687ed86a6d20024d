/**
 * The modals of the person who acts: the top of their stack is shown, the focus stays inside. What somebody typed
 * waits while another person acts.
 */

import { drawBlocks } from "./blocks/index.js";
import { showError } from "./blocks/input.js";
import { announce, focusables, h, newId, trapTab } from "./dom.js";
import { icon } from "./icons.js";
import { Place } from "./place.js";
import { act, store } from "./state.js";

export class Modals {
  constructor(root) {
    this.root = root;
    this.open = new Map();
    this.top = null;
    this.before = null;
    addEventListener("keydown", (event) => document.activeElement === document.body && this.top?.key(event));
  }

  update() {
    const views = store.state.views;
    const known = new Set(views.map((view) => view.id));
    for (const [id, modal] of this.open) if (modal.person === store.route.as && !known.has(id)) this.open.delete(id);
    const view = views.at(-1);
    if (!view) return this.leave();
    if (!this.open.has(view.id)) this.open.set(view.id, new Modal(view));
    const modal = this.open.get(view.id);
    modal.update(view, views.length > 1);
    if (this.top === modal) return undefined;
    this.top = modal;
    this.root.replaceChildren(h("div", { class: "veil" }, modal.box));
    modal.enter();
    return undefined;
  }

  /** Where the focus goes back to; to be called before the page behind is locked. */
  remember() {
    if (!this.top) this.before = document.activeElement;
  }

  /** All are closed: the focus is where it was before. */
  leave() {
    if (!this.top) return;
    this.top = null;
    this.root.replaceChildren();
    const back = this.before?.isConnected && this.before !== document.body ? this.before : twin(this.before);
    (back ?? document.querySelector(".composer-field"))?.focus();
  }
}

/** The element that took another one's place when its message was redrawn. */
function twin(node) {
  const name = node?.dataset?.focus;
  return name ? document.querySelector(`[data-focus="${CSS.escape(name)}"]`) : null;
}

class Modal {
  constructor(view) {
    const heading = newId("modal");
    this.id = view.id;
    this.person = store.route.as;
    this.place = new Place("modal", { view: view.id }, (text) => this.tell(text));
    this.title = h("h2", { id: heading, class: "modal-title", tabindex: "-1" });
    this.backButton = h("button", { type: "button", class: "icon-button back", "aria-label": "Back", onclick: () => this.close(false) }, icon("back"));
    this.blocks = this.place.root = h("div", { class: "blocks" });
    this.told = h("p", { class: "modal-notice", role: "alert" });
    this.closeButton = h("button", { type: "button", class: "btn", onclick: () => this.close(false) });
    this.submitButton = h("button", { type: "submit", class: "btn primary" });
    this.form = h("form", { class: "modal-form", novalidate: true },
      h("div", { class: "modal-body" }, this.blocks), this.told,
      h("footer", { class: "modal-buttons" }, this.closeButton, this.submitButton));
    this.box = h("div", { class: "modal", role: "dialog", "aria-modal": "true", "aria-labelledby": heading, tabindex: "-1" },
      h("header", { class: "modal-head" }, this.backButton, this.title,
        h("button", { type: "button", class: "icon-button", "aria-label": "Close the window", onclick: () => this.close(true) }, icon("close"))),
      this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  update(view, isPushed) {
    if (this.hash !== view.hash) {
      const turned = this.callbackId !== view.callback_id;
      const isNew = this.hash === undefined;
      Object.assign(this, { hash: view.hash, callbackId: view.callback_id });
      this.place.values.sync(view.blocks, view.state?.values);
      drawBlocks(this.blocks, view.blocks, this.place);
      if (!isNew) this.changed(view, turned);
    }
    this.title.textContent = view.title ?? "";
    this.backButton.hidden = !isPushed;
    this.closeButton.textContent = view.close ?? "Cancel";
    this.submitButton.hidden = !view.submit;
    this.submitText = view.submit ?? "";
    this.showBusy(view.loading);
  }

  /** The app put something else in. Another page (`turned`) is read from the top; otherwise the focus stays. */
  changed(view, turned) {
    this.told.textContent = "";
    if (view.title !== this.title.textContent) announce(view.title);
    if (!turned && this.blocks.contains(document.activeElement)) return;
    this.form.querySelector(".modal-body").scrollTop = 0;
    if (this.box.isConnected) this.enter();
  }

  /** The first field, else the title. */
  enter() {
    const wanted = this.blocks.querySelector("[data-focus-on-load]");
    const field = focusables(this.blocks).find((node) => node.matches("input, textarea, select"));
    (wanted ?? field ?? this.title).focus();
  }

  key(event) {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close(false);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.submitText) {
      event.preventDefault();
      this.form.requestSubmit();
    }
    trapTab(event, this.box);
  }

  /** A disabled button would drop the focus to the page: the box holds it meanwhile. */
  showBusy(busy) {
    const wait = Boolean(busy || this.sending);
    if (wait && document.activeElement === this.submitButton) this.box.focus();
    this.submitButton.disabled = wait;
    if (!wait && document.activeElement === this.box && !this.submitButton.hidden) this.submitButton.focus();
    this.submitButton.classList.toggle("busy", wait);
    this.submitButton.textContent = this.submitText;
    this.form.setAttribute("aria-busy", String(wait));
  }

  tell(text) {
    this.told.textContent = text;
  }

  async submit() {
    if (this.sending || !this.submitText) return;
    this.sending = true;
    this.tell("");
    this.showBusy(true);
    this.place.told();
    try {
      await Promise.all(this.place.waits);
      const answer = await act("submit", { view: this.id, state: this.place.values.json() });
      if (answer.notice) this.tell(answer.notice);
      this.refused(answer.errors ?? {});
    } catch (error) {
      this.tell(error.message);
    } finally {
      this.sending = false;
      this.showBusy(false);
    }
  }

  refused(errors) {
    const fields = Object.entries(errors).map(([blockId, sentence]) => showError(this.place, blockId, sentence));
    fields.find((field) => field)?.focus();
  }

  async close(all) {
    try {
      await this.place.tell();
      await act("close", { view: this.id, all });
    } catch (error) {
      this.tell(error.message);
    }
  }
}
