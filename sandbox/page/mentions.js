/** People, channels, links and dates inside texts. */

import { h } from "./dom.js";
import { conversation, group, hashFor, person, store } from "./state.js";
import { moment, slackDate } from "./when.js";

const SAFE = /^(https?:|mailto:|tel:)/i;

/** `@Ada`, marked when it is the person who acts. */
export function userPill(id, fallback) {
  const name = person(id)?.real_name ?? fallback ?? id;
  return h("span", { class: id === store.state?.me.id ? "pill me" : "pill" }, `@${name}`);
}

/** `@agents`, a user group; marked when the person who acts is in it. */
export function groupPill(id, fallback) {
  const known = group(id);
  const mine = known?.members.includes(store.state.me.id);
  const names = known?.members.map((one) => person(one)?.real_name ?? one).join(", ");
  return h("span", { class: mine ? "pill me" : "pill", title: names || null }, `@${known?.handle ?? fallback ?? id}`);
}

/** `#general`; a link when the person is in it. */
export function channelPill(id, fallback) {
  const known = conversation(id);
  const text = `#${known?.name ?? fallback ?? "private-channel"}`;
  return known ? h("a", { class: "pill", href: hashFor({ at: id, tab: null, thread: null }) }, text) : h("span", { class: "pill" }, text);
}

/** `@here`, `@channel`, `@everyone`: they mean everybody who reads them. */
export function broadcastPill(range) {
  return h("span", { class: "pill me" }, `@${range}`);
}

/** A link that opens a window of its own; other schemes than http, mailto and tel stay text. */
export function anchor(url, ...words) {
  const shown = words.length ? words : [url.replace(/^(mailto|tel):/i, "")];
  if (!SAFE.test(url)) return h("span", {}, ...shown);
  return h("a", { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" }, ...shown);
}

/** An instant in Slack's date format; hovering shows it whole. */
export function dateText(unix, pattern, url, fallback) {
  const instant = new Date(unix * 1000);
  if (Number.isNaN(instant.getTime())) return h("span", {}, fallback ?? "");
  const time = h("time", { datetime: instant.toISOString(), title: moment(instant) }, slackDate(unix, pattern));
  return url ? anchor(url, time) : time;
}
