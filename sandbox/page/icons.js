/** Line icons, 20 by 20; each is drawn in the colour of its text. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M8 3 6 17M14 3l-2 14M3.5 7.5h13.5M3 12.5h13.5",
  lock: "M5.5 9V6.5a4.5 4.5 0 0 1 9 0V9M4 9h12v8H4z",
  bolt: "M11 2.5 4.5 11.5H9l-1 6 7-9.5h-4.5z",
  send: "M3 3.5 17.5 10 3 16.5l2-6.5zM5 10h6",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  reply: "M3 4.5h14v9.5H9.5L6 17v-3H3zM6.5 8h7M6.5 10.8h4.5",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12.5 4 6.5 10l6 6",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  search: "M8.8 3.5a5.3 5.3 0 1 1 0 10.6 5.3 5.3 0 0 1 0-10.6M12.8 12.8 17 17",
  chevron: "M5.5 8 10 12.5 14.5 8",
  traffic: "M6 16V4M3 7l3-3 3 3M14 4v12M11 13l3 3 3-3",
  warn: "M10 3 18 16.5H2zM10 8v4M10 14.2v.01",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2 16.5c.4-3 2.5-4.5 5.5-4.5s5.1 1.5 5.5 4.5M13 3.8a3 3 0 0 1 0 5.4M15 12.3c1.8.6 2.8 2 3 4.2",
  eye: "M2 10c2-3.5 4.7-5.2 8-5.2s6 1.7 8 5.2c-2 3.5-4.7 5.2-8 5.2S4 13.5 2 10M10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6",
  reset: "M4 10a6 6 0 1 1 1.8 4.3M4 10V5.5M4 10h4.5",
  tools: "M3 6h8M15 6h2M13 4v4M3 14h2M9 14h8M7 12v4",
  file: "M5 2.5h7l3.5 3.5v11.5H5zM11.5 2.5V6.5h4",
  check: "M4 10.5l4 4 8-9",
  info: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15M10 9v5M10 6.3v.01",
  image: "M3 4h14v12H3zM3 14l4.5-4.5 3.5 3.5 2-2 4 4M13 8h.01",
};

/** The icon of that name; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of [["viewBox", "0 0 20 20"], ["class", `icon icon-${name}`], ["aria-hidden", "true"]]) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
