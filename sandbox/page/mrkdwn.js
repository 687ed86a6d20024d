/** Slack's mrkdwn as document nodes: https://docs.slack.dev/messaging/formatting-message-text */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { anchor, broadcastPill, channelPill, dateText, groupPill, userPill } from "./mentions.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const QUOTED = /^(?:&gt;|>)(?!(?:&gt;|>){2}) ?/;
const QUOTED_REST = /^(?:&gt;|>){3} ?/;

/** The nodes of a mrkdwn text. `verbatim` leaves bare addresses alone. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = text.split(/```([\s\S]+?)```/);
  return parts.flatMap((part, index) => {
    if (index % 2) return h("pre", { class: "code-block" }, unescaped(part.replace(/^\n|\n$/g, "")));
    const trimmed = part.replace(index > 0 ? /^\n/ : /^(?!)/, "").replace(index < parts.length - 1 ? /\n$/ : /(?!)$/, "");
    return trimmed ? lines(trimmed, verbatim) : [];
  });
}

/** `&amp; &lt; &gt;` as the characters they stand for. */
export function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

function lines(text, verbatim) {
  const nodes = [];
  let plain = [];
  let quoted = [];
  const flush = () => {
    if (plain.length) nodes.push(...inline(plain.join("\n"), verbatim));
    if (quoted.length) nodes.push(h("blockquote", {}, ...inline(quoted.join("\n"), verbatim)));
    [plain, quoted] = [[], []];
  };
  const all = text.split("\n");
  for (const [index, line] of all.entries()) {
    if (QUOTED_REST.test(line)) {
      flush();
      const rest = [line.replace(QUOTED_REST, ""), ...all.slice(index + 1)].join("\n");
      return [...nodes, h("blockquote", {}, ...inline(rest, verbatim))];
    }
    const isQuote = QUOTED.test(line);
    if (isQuote ? plain.length : quoted.length) flush();
    (isQuote ? quoted : plain).push(isQuote ? line.replace(QUOTED, "") : line);
  }
  flush();
  return nodes;
}

function inline(text, verbatim) {
  const nodes = [];
  let words = "";
  let at = 0;
  while (at < text.length) {
    const found = token(text, at, verbatim);
    if (found) {
      if (words) nodes.push(unescaped(words));
      words = "";
      nodes.push(found.node);
      at += found.length;
    } else {
      words += text[at];
      at += 1;
    }
  }
  if (words) nodes.push(unescaped(words));
  return nodes;
}

/** What begins at `at` besides a plain character: `{node, length}`. */
function token(text, at, verbatim) {
  switch (text[at]) {
    case "`":
      return matched(text, at, /`([^`\n]+)`/y, (whole, code) => h("code", {}, unescaped(code)));
    case "<":
      return matched(text, at, /<([^<>\n]+)>/y, (whole, inside) => angled(inside));
    case ":":
      return matched(text, at, /:([a-z0-9_+-]+):(?::skin-tone-[2-6]:)?/y, (whole, name) => emojiNode(name));
    case "h":
      return verbatim || wordBefore(text, at) ? null : matched(text, at, /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"]/y, (url) => anchor(unescaped(url)));
    default:
      return STYLES[text[at]] ? styled(text, at, verbatim) : null;
  }
}

function matched(text, at, pattern, draw) {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  const node = match && draw(...match);
  return node ? { node, length: match[0].length } : null;
}

function emojiNode(name) {
  const character = emoji(name);
  return character ? h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, character) : null;
}

function wordBefore(text, at) {
  return at > 0 && WORD.test(text[at - 1]);
}

/** `*bold*`, `_italic_`, `~strike~`: on one line, opened and closed at the edges of words. */
function styled(text, at, verbatim) {
  const mark = text[at];
  const next = text[at + 1];
  if (wordBefore(text, at) || !next || /\s/.test(next) || next === mark) return null;
  for (let end = at + 2; end < text.length && text[end] !== "\n"; end += 1) {
    const skipped = /`[^`\n]+`|<[^<>\n]+>/y;
    skipped.lastIndex = end;
    const jump = skipped.exec(text);
    if (jump) {
      end += jump[0].length - 1;
    } else if (text[end] === mark && !/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? "")) {
      const inner = inline(text.slice(at + 1, end), verbatim);
      return { node: h(STYLES[mark], {}, ...inner), length: end - at + 1 };
    }
  }
  return null;
}

/** What stands between `<` and `>`. */
function angled(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : unescaped(inside.slice(bar + 1));
  if (target.startsWith("@")) return userPill(target.slice(1), label?.replace(/^@/, ""));
  if (target.startsWith("#")) return channelPill(target.slice(1), label);
  if (target.startsWith("!date^")) {
    const [, unix, pattern, url] = target.split("^");
    return dateText(Number(unix), unescaped(pattern ?? ""), url, label);
  }
  if (target.startsWith("!subteam^")) return groupPill(target.split("^")[1], label?.replace(/^@/, ""));
  if (target.startsWith("!")) return broadcastPill(target.slice(1));
  const url = unescaped(target);
  return label === undefined ? anchor(url) : anchor(url, label);
}
