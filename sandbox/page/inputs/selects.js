/** Menus: of the app's options, of options it looks up, of people, of conversations. */

import { plain } from "../blocks/text.js";
import { person, store } from "../state.js";
import { options } from "../values.js";
import { combobox } from "./combobox.js";

const QUERY_MIN = 3;

/** One choice. */
export function singleOf(element, value, naming, changed) {
  const kind = kindOf(element);
  return combobox({
    ...common(element, naming, kind),
    chosen: value ? [kind.option(value)] : [],
    clearable: Boolean(naming.optional),
    changed: (chosen) => changed(chosen[0] ? kind.value(chosen[0]) : null),
  });
}

/** Several choices. */
export function severalOf(element, value, naming, changed) {
  const kind = kindOf(element);
  return combobox({
    ...common(element, naming, kind),
    multiple: true,
    most: element.max_selected_items ?? Infinity,
    chosen: (value ?? []).map(kind.option),
    changed: (chosen) => changed(chosen.map(kind.value)),
  });
}

function common(element, naming, kind) {
  const external = element.type.endsWith("external_select");
  return {
    naming,
    placeholder: plain(element.placeholder) || (external ? "Type to search" : kind.placeholder),
    least: external ? (element.min_query_length ?? QUERY_MIN) : 0,
    external,
    load: (query) => (external ? naming.place.suggest(naming.block, element, query) : kind.groups()),
  };
}

/** How a kind of menu names its options, and what it reports. */
function kindOf(element) {
  if (element.type.endsWith("users_select")) return byId("Choose a person", people);
  if (element.type.endsWith("conversations_select")) return byId("Choose a conversation", conversations);
  if (element.type.endsWith("channels_select")) return byId("Choose a channel", channels);
  return { placeholder: "Choose an option", option: (one) => one, value: (one) => one, groups: () => grouped(element) };
}

function grouped(element) {
  if (!element.option_groups) return [{ label: "", options: options(element) }];
  return element.option_groups.map((group) => ({ label: plain(group.label), options: group.options }));
}

function byId(placeholder, list) {
  return {
    placeholder,
    option: (id) => list().find((one) => one.value === id) ?? named(id, person(id)?.real_name ?? id),
    value: (one) => one.value,
    groups: () => [{ label: "", options: list() }],
  };
}

function named(id, text, description) {
  return { value: id, text: { type: "plain_text", text, emoji: false }, ...(description && { description: { type: "plain_text", text: description } }) };
}

function people() {
  return store.state.people.filter((one) => !one.deleted).map((one) => named(one.id, one.real_name, one.title));
}

function channels() {
  return store.state.conversations.filter((one) => one.kind === "channel").map((one) => named(one.id, `# ${one.name}`));
}

function conversations() {
  const direct = store.state.conversations.filter((one) => one.kind === "im").map((one) => named(one.id, store.state.app.name));
  return [...channels(), ...direct];
}
