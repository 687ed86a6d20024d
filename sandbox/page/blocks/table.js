/** table blocks: https://docs.slack.dev/reference/block-kit/blocks/table-block */

import { h } from "../dom.js";
import { richText } from "./rich_text.js";

/** The whole block; its first row is the head, and a wide one scrolls by itself. */
export function table(block) {
  const settings = block.column_settings ?? [];
  const row = (cells, tag) => h("tr", {}, ...cells.map((cell, column) => drawn(cell, tag, settings[column] ?? {})));
  const [head, ...body] = block.rows;
  return h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", {}, h("thead", {}, row(head, "th")), h("tbody", {}, ...body.map((cells) => row(cells, "td")))));
}

function drawn(cell, tag, { align = "left", is_wrapped: wrapped = false }) {
  const content = cell.type === "rich_text" ? richText(cell) : cell.text;
  return h(tag, { class: `align-${align}${wrapped ? " wrapped" : ""}`, scope: tag === "th" ? "col" : null }, content);
}
