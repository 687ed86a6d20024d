/** rich_text blocks: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

import { h } from "../dom.js";
import { emoji } from "../emoji.js";
import { anchor, broadcastPill, channelPill, dateText, groupPill, userPill } from "../mentions.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u", client_highlight: "mark" };
const BULLETS = ["disc", "circle", "square"];
const NUMBERS = ["decimal", "lower-alpha", "lower-roman"];

/** The whole block. */
export function richText(block) {
  return h("div", { class: "rich-text" }, ...block.elements.map(part));
}

function part(element) {
  switch (element.type) {
    case "rich_text_quote":
      return h("blockquote", {}, ...inline(element));
    case "rich_text_preformatted":
      return h("pre", { class: "code-block", tabindex: "0" }, ...inline(element));
    case "rich_text_list":
      return list(element);
    default:
      return h("div", { class: "rich-line" }, ...inline(element));
  }
}

function list(element) {
  const indent = element.indent ?? 0;
  const ordered = element.style === "ordered";
  const marker = (ordered ? NUMBERS : BULLETS)[indent % 3];
  const node = h(ordered ? "ol" : "ul", {
    class: element.border ? "bordered" : null,
    start: ordered ? String((element.offset ?? 0) + 1) : null,
    style: { listStyleType: marker, marginLeft: `${indent * 1.5}em` },
  });
  node.append(...element.elements.map((item) => h("li", {}, ...inline(item))));
  return node;
}

function inline(element) {
  return element.elements.map((one) => styled(bare(one), one.style));
}

function styled(node, style = {}) {
  return Object.entries(TAGS).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

function bare(one) {
  switch (one.type) {
    case "link":
      return one.text ? anchor(one.url, one.text) : anchor(one.url);
    case "user":
      return userPill(one.user_id);
    case "channel":
      return channelPill(one.channel_id);
    case "usergroup":
      return groupPill(one.usergroup_id);
    case "team":
      return h("span", { class: "pill" }, "@Sandbox");
    case "broadcast":
      return broadcastPill(one.range);
    case "emoji":
      return h("span", { class: "emoji", role: "img", "aria-label": one.name.replaceAll("_", " ") }, character(one));
    case "color":
      return h("span", { class: "colour" }, h("i", { style: { backgroundColor: one.value } }), one.value);
    case "date":
      return dateText(one.timestamp, one.format, one.url, one.fallback);
    default:
      return one.text ?? "";
  }
}

function character(one) {
  const codes = one.unicode?.split("-").map((code) => parseInt(code, 16));
  return codes ? String.fromCodePoint(...codes) : (emoji(one.name) ?? `:${one.name}:`);
}
