/** Building and changing the document; user text only ever becomes text nodes. */

const signatures = new WeakMap();
let counter = 0;

/** An element. `on…` props are listeners, `style` and `dataset` are objects, children are nodes or strings. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) assign(node, key, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function assign(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
  else if (key === "class") node.className = value;
  else if (key === "style" || key === "dataset") Object.assign(node[key], value);
  else if (key === "value" || typeof value === "boolean") node[key] = value;
  else node.setAttribute(key, value);
}

/** An id that no other element has. */
export function newId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/**
 * Makes `parent`'s children those of `items`, touching only what changed: a node stays while its item's `sign` does.
 * Focus in a redrawn node goes to the element with the same `data-focus`.
 */
export function reconcile(parent, items, { key, sign, draw }) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const active = parent.contains(document.activeElement) ? document.activeElement : null;
  const wanted = new Set(items.map(key));
  for (const [name, node] of old) if (!wanted.has(name)) node.remove();
  let at = parent.firstElementChild;
  for (const item of items) {
    const [name, signature] = [key(item), sign(item)];
    let node = old.get(name);
    if (!node || signatures.get(node) !== signature) {
      const fresh = draw(item);
      fresh.dataset.key = name;
      signatures.set(fresh, signature);
      if (node) {
        if (node === at) at = fresh;
        replaceKeepingFocus(node, fresh);
      } else {
        parent.insertBefore(fresh, at);
      }
      node = fresh;
    } else if (node !== at) {
      parent.insertBefore(node, at);
    }
    if (node === at) at = at.nextElementSibling;
  }
  if (active?.isConnected && document.activeElement !== active) active.focus({ preventScroll: true });
}

/** Puts `fresh` where `node` was; the focus and the caret stay with the element of the same `data-focus`. */
export function replaceKeepingFocus(node, fresh) {
  const active = node.contains(document.activeElement) ? document.activeElement : null;
  const [start, end] = active ? caret(active) : [null, null];
  node.replaceWith(fresh);
  const name = active?.dataset.focus;
  const twin = name && fresh.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (!twin) return;
  twin.focus({ preventScroll: true });
  if (start !== null) twin.setSelectionRange(start, end);
}

function caret(node) {
  try {
    return [node.selectionStart ?? null, node.selectionEnd ?? null];
  } catch {
    return [null, null];
  }
}

const FOCUSABLE =
  "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";

/** What Tab reaches inside `root`, in order. */
export function focusables(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter(
    (node) => node.tabIndex >= 0 && node.checkVisibility({ visibilityProperty: true }),
  );
}

/** Keeps Tab inside `root`; call it from a keydown listener. */
export function trapTab(event, root) {
  if (event.key !== "Tab") return;
  const stops = focusables(root);
  if (!stops.length) return event.preventDefault();
  const [first, last] = [stops[0], stops.at(-1)];
  const inside = root.contains(document.activeElement);
  if (event.shiftKey && (document.activeElement === first || !inside)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && (document.activeElement === last || !inside)) {
    event.preventDefault();
    first.focus();
  }
}

/** Opens or closes a part that a narrow window hides behind a button (`data-panel`). */
export function setPanel(name, open) {
  document.body.classList.toggle(name, open);
  for (const button of document.querySelectorAll(`[data-panel="${name}"]`)) button.setAttribute("aria-expanded", String(open));
}

/** Says something to a screen reader. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** A sentence on the screen that goes away by itself. */
export function toast(text, tone = "warning") {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss" }, "×");
  const node = h("div", { class: `toast ${tone}` }, h("span", {}, text), close);
  close.addEventListener("click", () => node.remove());
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 8000);
}

/** Puts a popup at its anchor: below it, or above where there is more room; never outside the window. */
export function place(popup, anchor, { above = false, align = "left", fit = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (fit) popup.style.width = `${box.width}px`;
  const [width, height] = [popup.offsetWidth, popup.offsetHeight];
  const up = above || (box.bottom + height + 8 > innerHeight && box.top > innerHeight - box.bottom);
  const top = up ? box.top - height - 4 : box.bottom + 4;
  const left = align === "right" ? box.right - width : box.left;
  popup.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  popup.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
}
