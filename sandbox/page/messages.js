/** A list of messages: days, the line over what is new, and runs of one author. */

import { h, reconcile } from "./dom.js";
import { drawMessage, signature } from "./message.js";
import { dayKey, dayName, instant } from "./when.js";

const RUN_SECONDS = 300;

/** Makes `list` show these messages; `newFrom` is the ts of the first new one. */
export function drawMessages(list, messages, channel, { newFrom = null, inThread = false } = {}) {
  const items = itemsOf(messages, newFrom);
  reconcile(list, items, {
    key: (item) => item.key,
    sign: (item) => item.sign,
    draw: (item) => (item.message ? drawMessage(item.message, channel, { first: item.first, inThread }) : divider(item)),
  });
}

function itemsOf(messages, newFrom) {
  const items = [];
  let before = null;
  for (const message of messages) {
    const day = dayKey(instant(message.ts));
    if (!before || dayKey(instant(before.ts)) !== day) {
      const name = dayName(instant(message.ts));
      items.push({ key: `day ${day}`, sign: name, name });
      before = null;
    }
    if (message.ts === newFrom) {
      items.push({ key: "new", sign: "new", isNew: true });
      before = null;
    }
    const first = !before || !sameRun(before, message);
    items.push({ key: message.ts, sign: signature(message, first), message, first });
    before = message;
  }
  return items;
}

function sameRun(before, message) {
  return (
    before.user === message.user &&
    before.ephemeral === message.ephemeral &&
    !before.reply_count &&
    Number(message.ts) - Number(before.ts) < RUN_SECONDS
  );
}

function divider(item) {
  if (item.isNew) return h("div", { class: "new-line", role: "separator", "aria-label": "New messages" }, h("span", {}, "New"));
  return h("div", { class: "day-line" }, h("h3", {}, item.name));
}
