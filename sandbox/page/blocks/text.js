/** Text objects: plain_text and mrkdwn. */

import { h } from "../dom.js";
import { withEmoji } from "../emoji.js";
import { mrkdwn } from "../mrkdwn.js";

/** The plain characters of a text object. */
export function plain(object) {
  if (!object) return "";
  return object.emoji === false ? object.text : withEmoji(object.text);
}

/** A text object in an element of that tag. */
export function textObject(object, tag = "div", className = "text") {
  if (!object) return null;
  const marked = object.type === "mrkdwn";
  return h(tag, { class: className }, ...(marked ? mrkdwn(object.text, object) : [plain(object)]));
}
