/** Radio buttons and checkboxes. */

import { h, newId } from "../dom.js";
import { textObject } from "../blocks/text.js";
import { named } from "./named.js";

/** One of at most ten. */
export function radioButtons(element, value, naming, changed) {
  return group(element, naming, "radio", (option) => option.value === value?.value, (option) => changed(option));
}

/** Any of at most ten. */
export function checkboxes(element, value, naming, changed) {
  const chosen = new Set((value ?? []).map((option) => option.value));
  const tick = (option, checked) => {
    if (checked) chosen.add(option.value);
    else chosen.delete(option.value);
    changed(element.options.filter((one) => chosen.has(one.value)));
  };
  return group(element, naming, "checkbox", (option) => chosen.has(option.value), tick);
}

function group(element, naming, type, isChosen, choose) {
  const name = newId("choice");
  const items = element.options.map((option) => {
    const description = newId("description");
    const box = h("input", {
      type, name, value: option.value, checked: isChosen(option),
      "aria-describedby": [option.description && description, naming.describedBy].filter(Boolean).join(" ") || null,
      dataset: { focus: `${naming.focus}/${option.value}` },
      onchange: () => choose(option, box.checked),
    });
    return h("label", { class: "choice" }, box,
      h("span", { class: "choice-words" },
        textObject(option.text, "span"),
        option.description && textObject(option.description, "small", "choice-description")));
  });
  const labels = { ...named(naming), dataset: {} };
  return h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", ...labels }, ...items);
}
