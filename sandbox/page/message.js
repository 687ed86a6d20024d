/** One message: who, when, what, and what can be done with it. */

import { drawBlocks } from "./blocks/index.js";
import { h, toast } from "./dom.js";
import { icon } from "./icons.js";
import { fileLink } from "./inputs/files.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { Place } from "./place.js";
import { act, hashFor, navigate, person, store } from "./state.js";
import { clockTime, dayName, instant, moment } from "./when.js";

const places = new Map();

/** What a message looks like depends on these; being read is not among them. */
export function signature(message, first) {
  return JSON.stringify({ ...message, unread: 0, first });
}

/** A message in a conversation or (`inThread`) in a thread. `first` of its author's run shows the author. */
export function drawMessage(message, channel, { first, inThread = false }) {
  const author = authorOf(message);
  const time = h("time", { datetime: instant(message.ts).toISOString(), title: moment(instant(message.ts)) }, clockTime(instant(message.ts)));
  const classes = ["message", first && "first", message.ephemeral && "ephemeral", mentionsMe(message) && "mentioned"];
  return h("article", { class: classes.filter(Boolean).join(" "), "aria-label": `${author.name}, ${time.textContent}` },
    h("div", { class: "gutter" }, first ? avatar(author) : time.cloneNode(true)),
    h("div", { class: "content" },
      message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
      message.broadcast && !inThread && h("p", { class: "only-you" }, h("a", { href: hashFor({ thread: message.thread_ts }) }, "Replied to a thread")),
      first && h("header", { class: "author" },
        h("strong", {}, author.name), message.is_bot && h("span", { class: "badge-app" }, "App"), time),
      (message.text || message.blocks?.length) && body(message, channel),
      message.files.length > 0 && h("ul", { class: "files" }, ...message.files.map((file) => h("li", {}, fileLink(file)))),
      message.edited && h("span", { class: "edited" }, "(edited)"),
      !inThread && message.reply_count > 0 && repliesLink(message)),
    !message.ephemeral && toolbar(message, channel, inThread));
}

function authorOf(message) {
  const known = person(message.user);
  const name = message.username ?? known?.real_name ?? message.user;
  return { name, colour: known?.avatar ?? "#4a5568", initials: known?.initials ?? name.slice(0, 1).toUpperCase() };
}

/** A coloured square with initials. */
export function avatar({ colour, initials }) {
  return h("span", { class: "avatar", "aria-hidden": "true", style: { backgroundColor: colour } }, initials);
}

function mentionsMe(message) {
  const written = JSON.stringify([message.text, message.blocks]);
  if (message.user === store.state.me.id) return false;
  const mine = store.state.groups.filter((one) => one.members.includes(store.state.me.id)).map((one) => one.id);
  const named = [store.state.me.id, ...mine].some((id) => written.includes(`<@${id}`) || written.includes(`<!subteam^${id}`));
  return named || /<!(here|channel|everyone)/.test(written);
}

function body(message, channel) {
  if (!message.blocks?.length) return h("div", { class: "text" }, ...mrkdwn(message.text));
  const root = h("div", { class: "blocks" });
  const place = placeOf(message, channel);
  place.root = root;
  place.values.sync(message.blocks);
  drawBlocks(root, message.blocks, place);
  return root;
}

/** The same message keeps its place, and with it what stands in its menus. */
function placeOf(message, channel) {
  const name = `${store.route.as}/${channel}/${message.ts}`;
  if (!places.has(name)) places.set(name, new Place("message", { message: { channel, ts: message.ts } }));
  return places.get(name);
}

/** Forgets what stands in the menus of messages. */
export function forgetPlaces() {
  places.clear();
}

function repliesLink(message) {
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const last = message.latest_reply && instant(message.latest_reply);
  return h("a", { class: "replies", href: hashFor({ thread: message.ts }) },
    h("strong", {}, count), last && h("span", { class: "muted" }, `Last reply ${dayName(last).toLowerCase()} at ${clockTime(last)}`));
}

function toolbar(message, channel, inThread) {
  const shortcuts = store.state.app.shortcuts.filter((one) => one.type === "message");
  const reply = !inThread && h("button", {
    type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread",
    dataset: { focus: `reply/${message.ts}` }, onclick: () => navigate({ thread: message.thread_ts ?? message.ts }),
  }, icon("reply"));
  if (!reply && !shortcuts.length) return null;
  return h("div", { class: "toolbar" }, reply, shortcuts.length > 0 && more(message, channel, shortcuts));
}

function more(message, channel, shortcuts) {
  const run = async (callbackId) => {
    try {
      const answer = await act("shortcut", { callback_id: callbackId, channel, ts: message.ts });
      if (answer.notice) toast(answer.notice);
    } catch (error) {
      toast(error.message);
    }
  };
  const items = shortcuts.map((one) => ({ text: one.name, description: store.state.app.name, choose: () => run(one.callback_id) }));
  const button = h("button", {
    type: "button", class: "icon-button", "aria-label": "More actions", title: "More actions",
    "aria-haspopup": "menu", "aria-expanded": "false", dataset: { focus: `more/${message.ts}` },
  }, icon("more"));
  button.addEventListener("click", () => openMenu(button, "Message actions", items, { align: "right" }));
  return button;
}
