/** The page: every part is made once, and brought up to date after each change. */

import { forgetDrafts } from "./composer.js";
import { Conversation, openConversation } from "./conversation.js";
import { h } from "./dom.js";
import { Faults } from "./faults.js";
import { forgetPlaces } from "./message.js";
import { Modals } from "./modal.js";
import { Sidebar } from "./sidebar.js";
import { start, store, subscribe } from "./state.js";
import { Thread } from "./thread.js";
import { setDeleted, Topbar } from "./topbar.js";
import { Traffic } from "./traffic.js";

const at = (id) => document.getElementById(id);
const traffic = new Traffic();
const topbar = new Topbar(at("topbar"), [traffic, new Faults()], forget);
const sidebar = new Sidebar(at("sidebar"));
const conversation = new Conversation(at("main"));
const thread = new Thread(at("thread"));
const modals = new Modals(at("stage"));
const gone = h("div", { class: "gone", role: "status", hidden: true });
at("topbar").after(gone);
const waiting = h("p", { class: "nothing", role: "status" }, "The sandbox is being asked …");

at("main").append(waiting);
at("skip").addEventListener("click", (event) => {
  event.preventDefault();
  at("main").focus();
});

/** Behind a modal nothing can be used; while another person's state is on its way, nothing of the former one's. */
function lock() {
  at("stage").inert = !store.state;
  at("client").inert = !store.state || store.state.views.length > 0 || store.state.me.deleted;
}

/** A deactivated person is signed out: what was theirs is shown, and cannot be used. */
function tellGone() {
  const { me } = store.state;
  const sign = me.deleted ? me.id : "";
  if (gone.dataset.of === sign) return;
  gone.dataset.of = sign;
  gone.hidden = !me.deleted;
  gone.replaceChildren(
    h("span", {}, `${me.real_name} is deactivated and cannot act.`),
    h("button", { type: "button", class: "btn", onclick: () => setDeleted(me, false) }, "Reactivate"));
}

function forget() {
  traffic.forget();
  forgetDrafts();
  forgetPlaces();
}

subscribe(() => {
  modals.remember();
  lock();
  if (!store.state) {
    if (!store.reachable) waiting.textContent = "The sandbox does not answer. Is it still running? Start it, then load this page again.";
    return;
  }
  waiting.remove();
  topbar.update();
  tellGone();
  sidebar.update();
  conversation.update();
  thread.update(openConversation());
  modals.update();
});

start();
