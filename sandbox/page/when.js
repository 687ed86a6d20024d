/** Times and days in a person's zone. */

import { now, zone } from "./state.js";

const formats = new Map();

function format(options, tz) {
  const key = `${tz}|${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }));
  return formats.get(key);
}

/** A Date as these Intl options say, in the zone of the person who acts unless another one is given. */
export function say(date, options, tz = zone()) {
  return format(options, tz).format(date);
}

/** `9:05 AM`. */
export function clockTime(date) {
  return say(date, { hour: "numeric", minute: "2-digit" });
}

/** `Wed, Nov 18, 9:05 AM EST`. */
export function moment(date) {
  const day = say(date, { weekday: "short", month: "short", day: "numeric" });
  return `${day}, ${say(date, { hour: "numeric", minute: "2-digit", timeZoneName: "short" })}`;
}

/** The instant of a message. */
export function instant(ts) {
  return new Date(Number(ts) * 1000);
}

/** `2026-11-18`: days that are the same are equal. */
export function dayOf(date) {
  return format({ year: "numeric", month: "2-digit", day: "2-digit" }, zone())
    .formatToParts(date)
    .reduce((found, part) => ({ ...found, [part.type]: part.value }), {});
}

/** Sortable text of a day. */
export function dayKey(date) {
  const { year, month, day } = dayOf(date);
  return `${year}-${month}-${day}`;
}

function nearDay(date) {
  const steps = { 0: "Today", [-86_400_000]: "Yesterday", [86_400_000]: "Tomorrow" };
  return steps[Date.parse(dayKey(date)) - Date.parse(dayKey(now()))];
}

/** `Today`, `Yesterday`, or `Wednesday, November 18`. */
export function dayName(date) {
  const named = nearDay(date);
  if (named === "Today" || named === "Yesterday") return named;
  const year = dayOf(date).year === dayOf(now()).year ? {} : { year: "numeric" };
  return say(date, { weekday: "long", month: "long", day: "numeric", ...year });
}

/** `<!date^unix^format|fallback>`: the tokens of Slack's date format filled in. */
export function slackDate(unix, pattern) {
  const date = new Date(unix * 1000);
  const short = { month: "short", day: "numeric", year: "numeric" };
  const plain = { month: "long", day: "numeric", year: "numeric" };
  const long = { weekday: "long", ...plain };
  const pretty = (options) => nearDay(date)?.toLowerCase() ?? say(date, options);
  const words = {
    date_num: () => dayKey(date),
    date: () => say(date, plain),
    date_short: () => say(date, short),
    date_long: () => say(date, long),
    date_pretty: () => pretty(plain),
    date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(long),
    time: () => clockTime(date),
    time_secs: () => say(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(date),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => words[name]?.() ?? whole);
}

const STEPS = [["day", 86_400], ["hour", 3600], ["minute", 60]];

/** `3 hours ago`, `in 2 days`. */
export function ago(date) {
  const seconds = Math.round((date - now()) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat("en-US", { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** `2026-11-18T09:05` on the wall of the person's zone, as Unix seconds; NaN when it is none. */
export function wallToUnix(wall) {
  const asUtc = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(asUtc)) return NaN;
  const first = asUtc - Date.parse(`${unixToWall(asUtc / 1000)}:00Z`);
  const guess = asUtc + first;
  const second = asUtc - Date.parse(`${unixToWall(guess / 1000)}:00Z`);
  return (guess + second) / 1000;
}

/** Unix seconds as `2026-11-18T09:05` on the wall of the person's zone. */
export function unixToWall(unix) {
  const date = new Date(unix * 1000);
  const time = say(date, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${dayKey(date)}T${time}`;
}
