/**
 * Every control. `control(element, value, naming, changed)` draws one: `naming` is `{labelledBy | label, describedBy,
 * focus, optional, place, block}`; `changed(value, {typed, entered})` is called with the plain value, and answers
 * whether it was sent at once.
 */

import { checkboxes, radioButtons } from "./choices.js";
import { fileInput } from "./files.js";
import { datepicker, datetimepicker, timepicker } from "./moments.js";
import { severalOf, singleOf } from "./selects.js";
import { richTextInput, typedInput } from "./typed.js";

const CONTROLS = {
  plain_text_input: typedInput,
  email_text_input: typedInput,
  url_text_input: typedInput,
  number_input: typedInput,
  rich_text_input: richTextInput,
  radio_buttons: radioButtons,
  checkboxes,
  datepicker,
  timepicker,
  datetimepicker,
  file_input: fileInput,
  ...Object.fromEntries(
    ["static_select", "external_select", "users_select", "conversations_select", "channels_select"].flatMap((type) => [
      [type, singleOf],
      [`multi_${type}`, severalOf],
    ]),
  ),
};

/** The control of an element. */
export function control(element, value, naming, changed) {
  return CONTROLS[element.type](element, value, naming, changed);
}
