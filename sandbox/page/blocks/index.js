/** Every kind of block, drawn. A `place` (see place.js) says whose block it is and where clicks go. */

import { h, reconcile } from "../dom.js";
import { icon } from "../icons.js";
import { markdown } from "../markdown.js";
import { element } from "./element.js";
import { input } from "./input.js";
import { richText } from "./rich_text.js";
import { table } from "./table.js";
import { plain, textObject } from "./text.js";

const DRAWN = {
  header: (block) => h("h3", { class: "block header" }, plain(block.text)),
  divider: () => h("hr", { class: "block divider" }),
  section,
  context: (block) => h("div", { class: "block context" }, ...block.elements.map(contextElement)),
  actions: (block, place) => h("div", { class: "block actions" }, ...block.elements.map((one) => element(one, block, place))),
  input,
  image: (block) => picture(block, "block image", block.title),
  rich_text: (block) => h("div", { class: "block" }, richText(block)),
  markdown: (block) => h("div", { class: "block markdown" }, ...markdown(block.text)),
  table: (block) => h("div", { class: "block" }, table(block)),
  alert,
};

/** Makes `parent`'s children these blocks; those that are the same stay, and so does what is typed in them. */
export function drawBlocks(parent, blocks, place) {
  reconcile(parent, blocks, {
    key: (block) => block.block_id,
    sign: (block) => JSON.stringify(block),
    draw: (block) => drawBlock(block, place),
  });
}

function drawBlock(block, place) {
  const node = Object.hasOwn(DRAWN, block.type) ? DRAWN[block.type](block, place) : unknown(block);
  node.dataset.block = block.block_id;
  return node;
}

function section(block, place) {
  const words = h("div", { class: "section-words" },
    textObject(block.text),
    block.fields && h("div", { class: "fields" }, ...block.fields.map((field) => textObject(field, "div", "text field-text"))));
  const accessory = block.accessory && h("div", { class: `accessory ${block.accessory.type}` }, beside(block, place));
  return h("div", { class: "block section" }, words, accessory);
}

function beside(block, place) {
  return block.accessory.type === "image" ? picture(block.accessory, "thumbnail") : element(block.accessory, block, place);
}

function contextElement(one) {
  return one.type === "image" ? picture(one, "context-image") : textObject(one, "span");
}

/** Pictures from elsewhere are not fetched: the sandbox talks to this machine only. */
function picture(image, className, title) {
  const address = image.image_url ?? image.slack_file?.url ?? "";
  const own = address.startsWith("data:image/") || address.startsWith("/") || address.startsWith(location.origin);
  const inside = own
    ? h("img", { src: address, alt: image.alt_text })
    : h("span", { class: "picture-elsewhere", role: "img", "aria-label": image.alt_text, title: address }, icon("image"), h("span", {}, image.alt_text));
  return h("figure", { class: className }, title && h("figcaption", {}, plain(title)), inside);
}

function alert(block) {
  const level = block.level ?? "default";
  const sign = { success: "check", warning: "warn", error: "warn" }[level] ?? "info";
  return h("div", { class: `block alert ${level}`, role: "note" }, icon(sign), textObject(block.text));
}

function unknown(block) {
  return h("div", { class: "block unknown" }, `A block of the type “${block.type}” stands here; the sandbox does not draw it.`);
}
