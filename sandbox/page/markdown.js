/** The markdown block: standard Markdown, as far as Slack draws it. */

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { anchor } from "./mentions.js";

const FENCE = /^```(\w*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const RULE = /^ {0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const ROW = /^\s*\|(.+)\|\s*$/;
const DASHES = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

/** The nodes of a Markdown text. */
export function markdown(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const nodes = [];
  while (lines.length) {
    const node = block(lines);
    if (node) nodes.push(node);
  }
  return nodes;
}

/** Takes one block's lines off the front. */
function block(lines) {
  const line = lines[0];
  if (!line.trim()) return void lines.shift();
  if (FENCE.test(line)) return fence(lines);
  const heading = HEADING.exec(line);
  if (heading) {
    lines.shift();
    const level = Math.min(heading[1].length + 2, 6);
    return h(`h${level}`, { class: `md-heading level-${heading[1].length}` }, ...inline(heading[2].replace(/\s#+\s*$/, "")));
  }
  if (RULE.test(line)) return lines.shift(), h("hr", {});
  if (/^\s*>/.test(line)) {
    const inside = takeWhile(lines, (one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*> ?/, ""));
    return h("blockquote", {}, ...markdown(inside.join("\n")));
  }
  if (ROW.test(line) && DASHES.test(lines[1] ?? "")) return table(lines);
  if (ITEM.test(line)) return list(lines, ITEM.exec(line)[1].length);
  const words = takeWhile(lines, (one, first) => first || isWords(one));
  return h("p", {}, ...inline(words.join("\n")));
}

function isWords(line) {
  return Boolean(line.trim()) && ![FENCE, HEADING, RULE, ITEM, /^\s*>/].some((form) => form.test(line));
}

function takeWhile(lines, test) {
  const taken = [];
  while (lines.length && test(lines[0], taken.length === 0)) taken.push(lines.shift());
  return taken;
}

function fence(lines) {
  lines.shift();
  const code = takeWhile(lines, (line) => !/^```\s*$/.test(line));
  lines.shift();
  return h("pre", { class: "code-block" }, code.join("\n"));
}

function list(lines, indent) {
  const ordered = /\d/.test(ITEM.exec(lines[0])[2]);
  const node = h(ordered ? "ol" : "ul", ordered ? { start: String(parseInt(ITEM.exec(lines[0])[2], 10)) } : {});
  while (lines.length && ITEM.test(lines[0])) {
    const [, spaces, , box, text] = ITEM.exec(lines[0]);
    if (spaces.length < indent) break;
    if (spaces.length > indent + 1 && node.lastElementChild) {
      node.lastElementChild.append(list(lines, spaces.length));
      continue;
    }
    lines.shift();
    const tick = box && (box === " " ? "☐ " : "☑ ");
    node.append(h("li", {}, tick, ...inline(text)));
  }
  return node;
}

function table(lines) {
  const [head, , ...body] = takeWhile(lines, (line) => ROW.test(line)).map((line) => ROW.exec(line)[1].split("|"));
  const row = (cells, tag) => h("tr", {}, ...cells.map((cell) => h(tag, {}, ...inline(cell.trim()))));
  return h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", {}, h("thead", {}, row(head, "th")), h("tbody", {}, ...body.map((cells) => row(cells, "td")))));
}

const SPANS = [
  [/`([^`]+)`/y, (code) => h("code", {}, code)],
  [/!\[([^\]]*)\]\(([^)\s]+)[^)]*\)/y, (alt, url) => anchor(url, alt || url)],
  [/\[([^\]]+)\]\(([^)\s]+)[^)]*\)/y, (text, url) => anchor(url, ...inline(text))],
  [/<(https?:[^>\s]+)>/y, (url) => anchor(url)],
  [/\*\*\*(\S(?:.*?\S)?)\*\*\*/y, (text) => h("strong", {}, h("em", {}, ...inline(text)))],
  [/\*\*(\S(?:.*?\S)?)\*\*/y, (text) => h("strong", {}, ...inline(text))],
  [/__(\S(?:.*?\S)?)__/y, (text) => h("strong", {}, ...inline(text))],
  [/~~(\S(?:.*?\S)?)~~/y, (text) => h("s", {}, ...inline(text))],
  [/\*(\S(?:[^*]*?\S)?)\*/y, (text) => h("em", {}, ...inline(text))],
  [/_(\S(?:[^_]*?\S)?)_(?!\w)/y, (text) => h("em", {}, ...inline(text))],
  [/https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"]/y, (url) => anchor(url)],
];

function inline(text) {
  const nodes = [];
  let words = "";
  for (let at = 0; at < text.length; ) {
    const found = /[`!<*_~[h\\]/.test(text[at]) ? span(text, at) : null;
    if (found) {
      nodes.push(withEmoji(words), found.node);
      words = "";
      at += found.length;
    } else {
      words += text[at];
      at += 1;
    }
  }
  return [...nodes, withEmoji(words)].filter((node) => node !== "");
}

function span(text, at) {
  if (text[at] === "\\" && /[\\`*_{}[\]()#+.!~>|-]/.test(text[at + 1] ?? "")) {
    return { node: document.createTextNode(text[at + 1]), length: 2 };
  }
  if (/[_h]/.test(text[at]) && /\w/.test(text[at - 1] ?? "")) return null;
  for (const [form, draw] of SPANS) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match) return { node: draw(...match.slice(1)), length: match[0].length };
  }
  return null;
}
