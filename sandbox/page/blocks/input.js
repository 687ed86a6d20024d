/** input blocks: a label, a control, a hint and, when it was refused, an error. */

import { h, newId } from "../dom.js";
import { control } from "../inputs/index.js";
import { valueKey } from "../values.js";
import { plain } from "./text.js";

const GROUPS = ["radio_buttons", "checkboxes"];
const TYPED_PAUSE_MS = 500;

/** The block; `showError` and `clearError` find it again by its block_id. */
export function input(block, place) {
  const one = block.element;
  const ids = { label: newId("label"), hint: newId("hint"), error: newId("error") };
  const grouped = GROUPS.includes(one.type);
  const label = h(grouped ? "legend" : "label", { id: ids.label, class: "input-label" },
    plain(block.label), block.optional && h("span", { class: "optional" }, " (optional)"));
  const naming = {
    labelledBy: ids.label,
    describedBy: `${block.hint ? `${ids.hint} ` : ""}${ids.error}`,
    focus: `${place.name}/${block.block_id}/${one.action_id}`,
    optional: block.optional,
    place,
    block,
  };
  const drawn = control(one, place.values.get(block, one), naming, changes(block, place));
  const target = drawn.matches("input, textarea") ? drawn : drawn.querySelector("input, textarea");
  if (!grouped && target) {
    target.id ||= newId("field");
    label.htmlFor = target.id;
  }
  if (one.focus_on_load && target) target.dataset.focusOnLoad = "";
  return h(grouped ? "fieldset" : "div", { class: "block input" },
    label, drawn,
    block.hint && h("p", { class: "hint", id: ids.hint }, plain(block.hint)),
    h("p", { class: "error", id: ids.error }));
}

/** What happens when the value changes: it is kept; with dispatch_action it is sent too. */
function changes(block, place) {
  const one = block.element;
  const when = one.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer = 0;
  const send = (value) => {
    clearTimeout(timer);
    // The form may have been sent, turned or closed since the last key.
    if (!parts(place, block.block_id).node?.isConnected) return;
    place.act(block, one, { [valueKey(one.type)]: value });
  };
  return (value, { typed = false, entered = false } = {}) => {
    place.values.set(block, one, value);
    clearError(place, block.block_id);
    if (!block.dispatch_action) return false;
    if (!typed && !entered) return send(value), true;
    if (entered && when.includes("on_enter_pressed")) return send(value), true;
    if (typed && when.includes("on_character_entered")) {
      clearTimeout(timer);
      timer = place.later(() => send(value), TYPED_PAUSE_MS);
    }
    return false;
  };
}

function parts(place, blockId) {
  const node = place.root?.querySelector(`.input[data-block="${CSS.escape(blockId)}"]`);
  return { node, text: node?.querySelector(".error"), fields: node?.querySelectorAll("input, textarea") ?? [] };
}

/** Writes an error at its field; answers the element to go to, if the field is there. */
export function showError(place, blockId, sentence) {
  const { node, text, fields } = parts(place, blockId);
  if (!node) return null;
  text.textContent = sentence;
  node.classList.add("refused");
  for (const field of fields) field.setAttribute("aria-invalid", "true");
  return fields[0] ?? node.querySelector("button");
}

/** Takes the error away. */
export function clearError(place, blockId) {
  const { node, text, fields } = parts(place, blockId);
  if (!node?.classList.contains("refused")) return;
  text.textContent = "";
  node.classList.remove("refused");
  for (const field of fields) field.removeAttribute("aria-invalid");
}
