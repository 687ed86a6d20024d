/** The traffic drawer: what went to and fro, newest first. */

import { get } from "./api.js";
import { h, reconcile } from "./dom.js";
import { Drawer } from "./drawer.js";
import { person } from "./state.js";
import { say } from "./when.js";

const POLL_MS = 1500;
const SHOWN_MAX = 300;
const WAYS = { in: "App → Slack", out: "Slack → app", person: "Person" };

export class Traffic extends Drawer {
  constructor() {
    super("Traffic", "traffic");
    this.entries = [];
    this.words = h("input", { type: "search", class: "field", placeholder: "Filter by name, person, error or content", "aria-label": "Filter the traffic", oninput: () => this.draw() });
    this.way = h("select", { class: "field", "aria-label": "Direction", onchange: () => this.draw() },
      h("option", { value: "" }, "All"), ...Object.entries(WAYS).map(([value, text]) => h("option", { value }, text)));
    this.list = h("div", { class: "traffic-list" });
    this.count = h("p", { class: "muted", role: "status" });
    this.body.append(h("div", { class: "traffic-filter" }, this.words, this.way), this.count, this.list);
  }

  opened() {
    this.read();
    this.timer = setInterval(() => this.read(), POLL_MS);
  }

  closed() {
    clearInterval(this.timer);
  }

  async read() {
    const last = this.entries.at(-1)?.n ?? 0;
    const { entries } = await get(`traffic?after=${last}`).catch(() => ({ entries: [] }));
    if (!this.isOpen || (last && !entries.length)) return;
    this.entries = [...this.entries, ...entries.filter((entry) => entry.n > last)];
    this.draw();
  }

  /** After a new start nothing of before is shown. */
  forget() {
    this.entries = [];
    if (this.isOpen) this.read();
  }

  draw() {
    const wanted = this.words.value.trim().toLowerCase();
    const fitting = this.entries.filter((entry) =>
      (!this.way.value || entry.direction === this.way.value) && (!wanted || JSON.stringify(entry).toLowerCase().includes(wanted)));
    const shown = fitting.slice(-SHOWN_MAX).reverse();
    this.count.textContent = fitting.length ? `${shown.length} of ${this.entries.length} entries, the newest first` : "Nothing yet.";
    reconcile(this.list, shown, { key: (entry) => String(entry.n), sign: (entry) => String(entry.n), draw });
  }
}

function draw(entry) {
  const time = say(new Date(entry.at), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const body = h("pre", { class: "json", tabindex: "0", "aria-label": "JSON" });
  const node = h("details", { class: entry.ok ? `entry ${entry.direction}` : `entry ${entry.direction} failed` },
    h("summary", {},
      h("span", { class: "entry-way" }, WAYS[entry.direction]),
      h("strong", {}, entry.name === entry.kind ? entry.name : `${entry.kind} ${entry.name}`),
      h("time", { datetime: entry.at }, time),
      h("span", { class: "entry-summary" }, [person(entry.who)?.real_name ?? entry.who, entry.summary === entry.error ? "" : entry.summary].filter(Boolean).join(": ")),
      entry.error && h("span", { class: "entry-error" }, entry.error)),
    body);
  node.addEventListener("toggle", () => (body.textContent ||= JSON.stringify(entry.body, null, 2) ?? "null"), { once: true });
  return node;
}
