/** What stands in the inputs of a message, a modal or App Home: Slack's `state.values`. */

/** Element type: the key of its value, and the key of its initial value. */
const KEYS = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  checkboxes: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  file_input: ["files", "initial_files"],
};

/** The key under which Slack reports this element's value. */
export function valueKey(type) {
  return KEYS[type]?.[0];
}

/** The options of a static element, its groups flattened. */
export function options(element) {
  return [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
}

function elements(block) {
  const inside = block.type === "actions" ? block.elements : [block.element, block.accessory];
  return inside.filter((one) => one && KEYS[one.type]);
}

/** The values of one container. They outlive its redrawing, as they do in Slack. */
export class Values {
  #held = new Map();

  /**
   * Takes over new blocks: a value stays where block_id, action_id and type stay and its option is still offered;
   * otherwise it is what the server holds (`served`), or the element's initial value.
   */
  sync(blocks, served = {}) {
    const before = this.#held;
    this.#held = new Map();
    for (const block of blocks) {
      for (const element of elements(block)) {
        const name = `${block.block_id}\n${element.action_id}`;
        const held = before.get(name);
        const stays = held?.type === element.type && offered(element, held);
        this.#held.set(name, stays ? held : (served[block.block_id]?.[element.action_id] ?? initial(element)));
      }
    }
  }

  /** The plain value: a text, an option, a list, a date; null when nothing stands there. */
  get(block, element) {
    return this.#held.get(`${block.block_id}\n${element.action_id}`)?.[KEYS[element.type][0]] ?? null;
  }

  /** Keeps a plain value. */
  set(block, element, value) {
    const held = { type: element.type, [KEYS[element.type][0]]: value };
    this.#held.set(`${block.block_id}\n${element.action_id}`, held);
  }

  /** `{"values": {block_id: {action_id: {…}}}}`. */
  json() {
    const values = {};
    for (const [name, held] of this.#held) {
      const [blockId, actionId] = name.split("\n");
      values[blockId] = { ...values[blockId], [actionId]: held };
    }
    return { values };
  }
}

function initial(element) {
  const [key, initially] = KEYS[element.type];
  return { type: element.type, [key]: element[initially] ?? null };
}

function offered(element, held) {
  if (!element.options && !element.option_groups) return true;
  const known = new Set(options(element).map((option) => option.value));
  const chosen = [held.selected_option ?? [], held.selected_options ?? []].flat();
  return chosen.every((option) => known.has(option.value));
}
