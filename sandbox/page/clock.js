/** The workspace's clock, and the hands that move it. */

import { announce, h, toast } from "./dom.js";
import { post } from "./api.js";
import { now, store } from "./state.js";
import { moment, say } from "./when.js";

const TICK_MS = 1000;

export class Clock {
  constructor() {
    this.time = h("strong", {});
    this.date = h("small", {});
    this.due = h("small", {});
    this.next = mover("Next thing due", { to: "next_due" }, this.due);
    this.back = mover("Back to now", { to: "now" });
    this.root = h("div", { class: "clock", role: "group", "aria-label": "The sandbox’s clock" },
      h("time", { class: "clock-face" }, this.time, this.date),
      h("div", { class: "clock-hands" }, this.next, mover("+1 hour", { advance_seconds: 3600 }), mover("+1 day", { advance_seconds: 86_400 }),
        mover("Monday 9:00", { to: "monday_9" }), this.back));
    setInterval(() => store.state && this.tick(), TICK_MS);
  }

  update() {
    const { next_due: due, clock_moved: moved } = store.state;
    this.next.disabled = !due;
    this.back.disabled = !moved;
    this.due.textContent = due ? moment(new Date(due)) : "Nothing is due";
    this.root.classList.toggle("moved", moved);
    this.tick();
  }

  tick() {
    const instant = now();
    const time = say(instant, { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
    const date = say(instant, { weekday: "short", month: "short", day: "numeric", year: "numeric" });
    if (this.time.textContent !== time) this.time.textContent = time;
    if (this.date.textContent !== date) this.date.textContent = date;
  }
}

function mover(text, body, note) {
  const button = h("button", { type: "button", class: "tool" }, h("span", {}, text), note);
  button.addEventListener("click", async () => {
    try {
      const { now: moved } = await post("clock", body);
      announce(`The clock says ${moment(new Date(moved))}.`);
    } catch (error) {
      toast(error.message);
    }
  });
  return button;
}
