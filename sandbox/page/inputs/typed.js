/** Typed inputs. They refuse nothing while one types: what is too long is counted, and said at submission. */

import { h } from "../dom.js";
import { plain } from "../blocks/text.js";
import { named } from "./named.js";

const KINDS = {
  email_text_input: { type: "email", autocomplete: "off", inputmode: "email" },
  url_text_input: { type: "url", autocomplete: "off", inputmode: "url" },
  number_input: { type: "text", autocomplete: "off", inputmode: "decimal" },
};

/** One line or several of plain text, an e-mail address, a URL, or a number (which stays text, as Slack sends it). */
export function typedInput(element, value, naming, changed) {
  const props = { class: "field", value: value ?? "", placeholder: plain(element.placeholder) || null, ...named(naming) };
  const field = element.multiline
    ? h("textarea", { ...props, rows: "4" })
    : h("input", { type: "text", autocomplete: "off", ...KINDS[element.type], ...props });
  listen(field, changed, element.multiline);
  return counted(field, element);
}

/** Rich text, written as plain lines. */
export function richTextInput(element, value, naming, changed) {
  const field = h("textarea", {
    class: "field", rows: String(Math.max(element.min_lines ?? 4, 2)), value: flat(value),
    placeholder: plain(element.placeholder) || null, ...named(naming),
  });
  listen(field, (text, how) => changed(text ? rich(text) : null, how), true);
  return field;
}

function listen(field, changed, multiline) {
  field.addEventListener("input", () => changed(field.value, { typed: true }));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || multiline) return;
    if (changed(field.value, { entered: true })) event.preventDefault();
  });
}

/** With a maximum: near it the count is shown, beyond it the count is red. */
function counted(field, element) {
  if (!element.max_length) return field;
  const count = h("span", { class: "count", "aria-hidden": "true" });
  const show = () => {
    count.textContent = `${field.value.length} / ${element.max_length}`;
    count.classList.toggle("over", field.value.length > element.max_length);
    count.classList.toggle("near", field.value.length > element.max_length * 0.8);
  };
  field.addEventListener("input", show);
  show();
  return h("div", { class: "counted" }, field, count);
}

function rich(text) {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

function flat(value) {
  if (!value) return "";
  const words = (node) => (node.elements ? node.elements.map(words).join("") : (node.text ?? ""));
  return value.elements.map(words).join("\n");
}
