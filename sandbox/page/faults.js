/** The misbehave drawer: what Slack and the network may do to an app, on request. */

import { get, post } from "./api.js";
import { h, toast } from "./dom.js";
import { Drawer } from "./drawer.js";

const METHODS = ["chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update", "views.push", "views.publish",
  "conversations.history", "conversations.open", "users.info", "*"];
const ENVELOPES = ["interactive", "slash_commands", "events_api", "*"];
const TIMES = [["1", "once"], ["3", "three times"], ["", "until cleared"]];
const POLL_MS = 2000;

const KINDS = [
  { fault: "rate_limited", title: "Rate limit", says: "429 with Retry-After; nothing is done.", targets: METHODS, amount: ["retry_after", "Seconds to wait", 2, "s"] },
  { fault: "lost_reply", title: "Lost reply", says: "The call is carried out, then the connection closes without an answer.", targets: METHODS },
  { fault: "error", title: "Error", says: "internal_error; nothing is done.", targets: METHODS },
  { fault: "latency", title: "Latency", says: "The answer comes late.", targets: METHODS, amount: ["latency_ms", "Milliseconds", 2000, "ms"] },
  { fault: "drop_socket", title: "Drop the socket", says: "The connection is cut instead of carrying an envelope.", targets: ENVELOPES },
  { fault: "double_delivery", title: "Doubled delivery", says: "An envelope is delivered twice.", targets: ENVELOPES },
  { fault: "drop_ack", title: "Lost acknowledgement", says: "The app acknowledges, but Slack does not hear it.", targets: ENVELOPES },
];

export class Faults extends Drawer {
  constructor() {
    super("Misbehave", "warn");
    this.list = h("ul", { class: "faults-in-force" });
    this.limits = h("input", { type: "checkbox", onchange: () => this.send({ rate_limits: this.limits.checked }) });
    this.body.append(
      h("section", { "aria-label": "In force" }, h("h3", {}, "In force"), this.list,
        h("button", { type: "button", class: "btn", onclick: () => this.send({ clear: true }) }, "Clear all")),
      h("section", { "aria-label": "Switch on" }, h("h3", {}, "Switch on"), ...KINDS.map((kind) => this.form(kind))),
      h("section", { "aria-label": "Always" }, h("h3", {}, "Slack’s own habits"),
        h("label", { class: "choice" }, this.limits, h("span", {}, "One chat.postMessage a second per channel; more is rate limited")),
        h("div", { class: "fault-now" },
          h("button", { type: "button", class: "btn", onclick: () => this.send({ disconnect: "refresh_requested" }) }, "Ask the app to reconnect"),
          h("button", { type: "button", class: "btn danger", onclick: () => this.send({ disconnect: "cut" }) }, "Cut every socket now"))));
  }

  form(kind) {
    const target = h("select", { class: "field", "aria-label": `${kind.title}: what it meets` },
      ...kind.targets.map((one) => h("option", { value: one }, one === "*" ? "everything" : one)));
    const times = h("select", { class: "field", "aria-label": `${kind.title}: how often` }, ...TIMES.map(([value, text]) => h("option", { value }, text)));
    const [key, label, usual, unit] = kind.amount ?? [];
    const amount = key && h("input", { class: "field", type: "number", min: "1", value: String(usual), "aria-label": `${kind.title}: ${label}`, title: label });
    const submit = () => this.send({
      fault: kind.fault, target: target.value, times: times.value ? Number(times.value) : null, ...(key && { [key]: Number(amount.value) }),
    });
    return h("form", { class: "fault", onsubmit: (event) => (event.preventDefault(), submit()) },
      h("p", {}, h("strong", {}, kind.title), " ", h("span", { class: "muted" }, kind.says)),
      h("div", { class: "fault-fields" }, target, times, key && h("span", { class: "amount" }, amount, unit), h("button", { class: "btn", "aria-label": `Switch on: ${kind.title}` }, "Switch on")));
  }

  opened() {
    this.read();
    this.timer = setInterval(() => this.read(), POLL_MS);
  }

  closed() {
    clearInterval(this.timer);
  }

  async read() {
    const answer = await get("faults").catch(() => null);
    if (answer) this.draw(answer);
  }

  async send(body) {
    try {
      this.draw(await post("faults", body));
    } catch (error) {
      toast(error.message);
    }
  }

  draw({ faults, rate_limits: limits }) {
    this.limits.checked = Boolean(limits);
    const rows = faults.map((fault) => {
      const title = KINDS.find((kind) => kind.fault === fault.fault)?.title ?? fault.fault;
      const left = fault.times === null ? "until cleared" : `${fault.times} left`;
      return h("li", {}, h("strong", {}, title), ` · ${fault.target === "*" ? "everything" : fault.target} · ${left}`);
    });
    if (limits) rows.push(h("li", {}, h("strong", {}, "One post a second per channel")));
    const sign = JSON.stringify([faults, limits]);
    if (sign === this.drawn) return;
    this.drawn = sign;
    this.list.replaceChildren(...(rows.length ? rows : [h("li", { class: "muted" }, "Nothing: the sandbox behaves.")]));
    this.button.classList.toggle("lit", rows.length > 0);
  }
}
