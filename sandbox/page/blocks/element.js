/** Elements in sections, actions and App Home: what a person does with them goes to the app at once. */

import { confirm } from "../dialog.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { control } from "../inputs/index.js";
import { openMenu } from "../menu.js";
import { valueKey } from "../values.js";
import { plain, textObject } from "./text.js";

/** The element, ready to be used. */
export function element(one, block, place) {
  if (one.type === "button") return button(one, block, place);
  if (one.type === "overflow") return overflow(one, block, place);
  if (valueKey(one.type)) return acting(one, block, place);
  return h("span", { class: "unknown" }, `“${one.type}” is not drawn here.`);
}

function focusName(one, block, place) {
  return `${place.name}/${block.block_id}/${one.action_id}`;
}

/** Resolves to true when the element asks nothing, or the person agreed. */
async function agreed(one) {
  const asked = one.confirm;
  if (!asked) return true;
  return confirm({
    title: plain(asked.title),
    body: textObject(asked.text),
    yes: plain(asked.confirm),
    no: plain(asked.deny),
    style: asked.style ?? "primary",
  });
}

function button(one, block, place) {
  const press = async () => {
    if (await agreed(one)) await place.act(block, one, { value: one.value });
  };
  const props = {
    class: `btn ${one.style ?? ""}`,
    "aria-label": one.accessibility_label,
    dataset: { focus: focusName(one, block, place) },
    onclick: press,
  };
  if (one.url) return h("a", { ...props, href: one.url, target: "_blank", rel: "noopener noreferrer" }, plain(one.text));
  return h("button", { ...props, type: "button" }, plain(one.text));
}

function overflow(one, block, place) {
  const choose = async (option) => {
    if (await agreed(one)) await place.act(block, one, { selected_option: option });
  };
  const items = one.options.map((option) => ({
    text: plain(option.text),
    description: plain(option.description),
    href: option.url,
    choose: () => choose(option),
  }));
  const node = h("button", {
    type: "button", class: "btn overflow", "aria-label": "More options", "aria-haspopup": "menu", "aria-expanded": "false",
    dataset: { focus: focusName(one, block, place) },
  }, icon("more"));
  node.addEventListener("click", () => openMenu(node, "More options", items));
  return node;
}

/** A menu, date, radio group or the like: its value is kept, and sent. */
function acting(one, block, place) {
  const frame = h("div", { class: `element ${one.type}` });
  const draw = () => {
    const naming = { label: plain(one.placeholder) || NAMES[one.type] || "Choose", focus: focusName(one, block, place) };
    frame.replaceChildren(control(one, place.values.get(block, one), { ...naming, place, block }, changed));
  };
  const changed = async (value) => {
    const before = place.values.get(block, one);
    place.values.set(block, one, value);
    if (await agreed(one)) return place.act(block, one, { [valueKey(one.type)]: value });
    place.values.set(block, one, before);
    return draw();
  };
  draw();
  return frame;
}

const NAMES = {
  datepicker: "Date",
  timepicker: "Time",
  datetimepicker: "Date and time",
  radio_buttons: "Options",
  checkboxes: "Options",
  users_select: "Person",
  conversations_select: "Conversation",
  channels_select: "Channel",
};
