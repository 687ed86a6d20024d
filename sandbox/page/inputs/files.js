/** Choosing files: each is uploaded when it is chosen, and goes with the form. */

import { h, replaceKeepingFocus } from "../dom.js";
import { icon } from "../icons.js";
import { act } from "../state.js";
import { named } from "./named.js";

const MOST = 10;
const BYTES_MAX = 10_000_000;

/** A file input; its value is the list of file objects that the server answered. */
export function fileInput(element, value, naming, changed) {
  const most = element.max_files ?? MOST;
  let chosen = value ?? [];
  const told = h("span", { class: "muted", role: "status" });
  const picker = h("input", {
    type: "file", class: "file-picker", multiple: most > 1, ...named(naming),
    accept: (element.filetypes ?? []).map((kind) => `.${kind}`).join(",") || null,
  });
  let list = h("ul", { class: "files" });
  const root = h("div", { class: "file-input" }, list, h("span", { class: "btn file-button" }, icon("file"), "Choose a file", picker), told);
  const draw = () => {
    const rows = chosen.map((file) => h("li", {}, fileLink(file),
      h("button", { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}`, onclick: () => keep(chosen.filter((one) => one !== file)) }, icon("close"))));
    const fresh = h("ul", { class: "files", hidden: !rows.length }, ...rows);
    replaceKeepingFocus(list, fresh);
    list = fresh;
  };
  const keep = (files) => {
    chosen = files;
    draw();
    changed(chosen);
    if (document.activeElement === document.body) picker.focus();
  };
  const upload = async (files) => {
    for (const file of files) {
      const refusal = refusalOf(file);
      if (refusal) {
        told.textContent = refusal;
        continue;
      }
      told.textContent = `${file.name} is being uploaded …`;
      try {
        keep([...chosen, (await act("upload", { name: file.name, content: await base64(file) })).file]);
        told.textContent = "";
      } catch (error) {
        told.textContent = error.message;
      }
    }
  };
  picker.addEventListener("change", () => {
    const files = [...picker.files];
    picker.value = "";
    if (chosen.length + files.length > most) told.textContent = `At most ${most} ${most === 1 ? "file" : "files"} can go with this form.`;
    else naming.place.wait(upload(files));
  });
  draw();
  return root;
}

function refusalOf(file) {
  if (!file.size) return `${file.name} is empty. Choose a file with something in it.`;
  return file.size > BYTES_MAX ? `${file.name} is larger than 10 MB. Choose a smaller file.` : null;
}

/** A file's name, to be saved. */
export function fileLink(file) {
  return h("a", { class: "file", href: new URL(file.permalink).pathname, download: file.name }, icon("file"), h("span", {}, file.name), h("small", {}, sizeOf(file.size)));
}

function sizeOf(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
