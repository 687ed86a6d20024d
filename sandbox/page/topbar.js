/** The sandbox's own bar: who acts, the clock, what the app does, and the drawers. */

import { post } from "./api.js";
import { Clock } from "./clock.js";
import { confirm } from "./dialog.js";
import { h, setPanel, toast } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { actAs, navigate, refresh, store } from "./state.js";

export class Topbar {
  constructor(root, drawers, forget) {
    this.clock = new Clock();
    this.who = h("select", { id: "act-as", onchange: () => actAs(this.who.value) });
    this.more = h("button", {
      type: "button", class: "icon-button who-more", "aria-label": "This person", title: "This person",
      "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => personMenu(this.more),
    }, icon("more"));
    this.words = h("span", { class: "light-words" });
    this.light = h("p", { class: "light", role: "status" }, h("i", { "aria-hidden": "true" }), this.words);
    const panel = h("div", { class: "tool-panel", id: "tool-panel" }, this.clock.root, h("div", { class: "tool-row" },
      ...drawers.map((drawer) => drawer.button),
      h("button", { type: "button", class: "tool", onclick: () => startOver(forget) }, icon("reset"), h("span", {}, "Start over"))));
    root.append(
      toggle("menu", "Conversations", "sidebar-open", "sidebar"),
      h("div", { class: "acting" }, h("label", { for: "act-as" }, "Act as"), h("div", { class: "who" }, this.who, this.more)),
      this.light,
      toggle("tools", "Tools", "tools-open", "tool-panel"),
      panel);
  }

  update() {
    const { people, me, connections } = store.state;
    const bots = new Set([store.state.app.bot_user_id, "USLACKBOT"]);
    const choices = people.filter((one) => !one.is_bot && !bots.has(one.id));
    const sign = JSON.stringify(choices.map((one) => [one.id, one.title, one.deleted]));
    if (this.sign !== sign) {
      this.sign = sign;
      this.who.replaceChildren(...choices.map((one) => h("option", { value: one.id }, optionText(one))));
    }
    this.who.value = me.id;
    this.clock.update();
    const [words, tone] = connectionWords(connections);
    if (this.words.textContent !== words) this.words.textContent = words;
    this.light.className = `light ${tone}`;
  }
}

function optionText(one) {
  return `${one.real_name} · ${one.title}${one.deleted ? " · deactivated" : ""}`;
}

/** Who this is, and what an owner of the workspace can do about them. */
function personMenu(anchor) {
  const { me, groups } = store.state;
  const mine = groups.filter((one) => one.members.includes(me.id)).map((one) => `@${one.handle}`);
  openMenu(anchor, me.real_name, [
    {
      text: me.deleted ? `Reactivate ${me.real_name}` : `Deactivate ${me.real_name}`,
      description: me.deleted ? "They can act again" : "As when somebody leaves: they cannot act any more",
      danger: !me.deleted,
      choose: () => setDeleted(me, !me.deleted),
    },
    { text: me.title, description: [me.tz.replaceAll("_", " "), ...mine].join(" · ") },
  ], { align: "left" });
}

/** Deactivates a person, or takes them back. */
export async function setDeleted(one, deleted) {
  try {
    await post("person", { user: one.id, deleted });
    await refresh();
    toast(deleted ? `${one.real_name} is deactivated.` : `${one.real_name} can act again.`, "good");
  } catch (error) {
    toast(error.message);
  }
}

function connectionWords(connections) {
  if (!store.reachable) return ["Sandbox does not answer", "off"];
  if (!connections) return ["App not connected", "waiting"];
  return [connections === 1 ? "App connected" : `App connected × ${connections}`, "on"];
}

function toggle(sign, label, className, controls) {
  return h("button", {
    type: "button", class: `tool toggle toggle-${sign}`, "aria-label": label, "aria-expanded": "false", "aria-controls": controls,
    dataset: { panel: className }, onclick: () => setPanel(className, !document.body.classList.contains(className)),
  }, icon(sign));
}

/** `forget` lets the page forget what it keeps by itself. */
async function startOver(forget) {
  const sure = await confirm({
    title: "Start over?",
    body: "Every message, form and fault in the sandbox is forgotten, and the workspace is as new. What the app keeps itself stays.",
    yes: "Start over",
    style: "danger",
  });
  if (!sure) return;
  try {
    await post("reset", {});
    forget();
    navigate({ thread: null });
    await refresh();
    toast("The workspace is as new.", "good");
  } catch (error) {
    toast(error.message);
  }
}
