/** What the person who acts may see, and what of it is open. The tab remembers who acts, its address where they are. */

import { get, post } from "./api.js";

/** The first of the seeded people acts until another one is chosen. */
const FIRST_PERSON = "U0ADA00001";
const POLL_MS = 15_000;

/** `state` is the answer of `/hands/state`; `offset` is the sandbox's clock minus this machine's, in ms. */
export const store = { state: null, route: {}, offset: 0, reachable: true };

const listeners = new Set();
let events = null;
let fetching = false;
let again = false;

/** Calls `listener(store)` after every change. */
export function subscribe(listener) {
  listeners.add(listener);
}

function changed() {
  for (const listener of listeners) listener(store);
}

/** The address of another place: `{at, tab, thread}`; what is left out stays, null takes it away. */
export function hashFor(changes) {
  const { as, ...route } = { ...store.route, ...changes };
  const kept = Object.entries(route).filter(([, value]) => value);
  return `#${new URLSearchParams(kept)}`;
}

/** Goes there. */
export function navigate(changes) {
  location.hash = hashFor(changes);
}

/** Acts as somebody else, in the same conversation if they are in it. */
export function actAs(id) {
  sessionStorage.setItem("as", id);
  history.replaceState(null, "", hashFor({ thread: null }));
  routeChanged();
}

/** An address may name who acts (`#as=U…`); then it is so from there on. */
function readRoute() {
  const { as, ...route } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (as) sessionStorage.setItem("as", as);
  return { ...route, as: as ?? sessionStorage.getItem("as") ?? FIRST_PERSON };
}

/** Starts reading and listening. */
export async function start() {
  store.route = readRoute();
  addEventListener("hashchange", routeChanged);
  listen();
  setInterval(refresh, POLL_MS);
}

function routeChanged() {
  const before = store.route.as;
  store.route = readRoute();
  if (store.route.as === before) return changed();
  store.state = null;
  changed();
  listen();
}

function listen() {
  events?.close();
  events = new EventSource(`/hands/events?as=${encodeURIComponent(store.route.as)}`);
  events.addEventListener("changed", refresh);
  events.addEventListener("error", refresh);
  refresh();
}

/** Reads the state anew; while one answer is on its way, at most one more is asked for. */
export async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    await read();
  } finally {
    fetching = false;
  }
  if (again) {
    again = false;
    await refresh();
  }
}

async function read() {
  const as = store.route.as;
  try {
    const state = await get(`state?as=${encodeURIComponent(as)}`);
    if (as !== store.route.as) return void (again = true);
    store.state = state;
    store.offset = Date.parse(state.now) - Date.now();
    store.reachable = true;
  } catch (error) {
    store.reachable = false;
    if (!store.state && as !== FIRST_PERSON && !String(error).includes("does not answer")) actAs(FIRST_PERSON);
  }
  changed();
}

/** The sandbox's time, as a Date. */
export function now() {
  return new Date(Date.now() + store.offset);
}

/** The zone of the person who acts. */
export function zone() {
  return store.state?.me.tz ?? "America/New_York";
}

/** The person with that id, if there is one. */
export function person(id) {
  return store.state?.people.find((one) => one.id === id);
}

/** The user group with that id, unless it is disabled. */
export function group(id) {
  return store.state?.groups.find((one) => one.id === id);
}

/** The conversation with that id, if the person who acts is in it. */
export function conversation(id) {
  return store.state?.conversations.find((one) => one.id === id);
}

/** Does something as the person who acts; the answer of `POST /hands/<what>`. */
export function act(what, body = {}) {
  return post(what, { as: store.route.as, ...body });
}
