/** Dates and times, by the browser's own pickers. */

import { h } from "../dom.js";
import { unixToWall, wallToUnix } from "../when.js";
import { named } from "./named.js";

/** A keyboard changes a date digit by digit; the value goes out when the person pauses or leaves. */
const PAUSE_MS = 700;

/** `YYYY-MM-DD`. */
export function datepicker(element, value, naming, changed) {
  return picker("date", value ?? "", naming, (text) => changed(text || null));
}

/** `HH:mm`. */
export function timepicker(element, value, naming, changed) {
  const field = picker("time", value ?? "", naming, (text) => changed(text || null));
  if (!element.timezone) return field;
  return h("div", { class: "with-note" }, field, h("span", { class: "muted" }, element.timezone.replaceAll("_", " ")));
}

/** Unix seconds, by the wall clock of the person who acts. */
export function datetimepicker(element, value, naming, changed) {
  const shown = value ? unixToWall(value) : "";
  return picker("datetime-local", shown, naming, (text) => changed(text ? wallToUnix(text) : null));
}

function picker(type, value, naming, changed) {
  const field = h("input", { type, class: "field moment", value, ...named(naming) });
  let told = value;
  let timer = 0;
  const tell = () => {
    clearTimeout(timer);
    if (field.value === told) return;
    told = field.value;
    changed(field.value);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (naming.place.surface === "modal" && !naming.block.dispatch_action && naming.block.type === "input") return tell();
    timer = setTimeout(tell, PAUSE_MS);
  });
  field.addEventListener("blur", tell);
  return field;
}
