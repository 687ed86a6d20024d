/** Asking the sandbox's server. Every answer is JSON; a refusal is an Error with the server's sentence. */

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/hands/${path}`, options);
  } catch {
    throw new Error("The sandbox does not answer. Is it still running? Start it, then load this page again.");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error ?? `The sandbox answered ${response.status} to ${path}.`);
  return body;
}

/** `GET /hands/<path>`. */
export function get(path) {
  return ask(path, {});
}

/** `POST /hands/<path>` with a JSON body. */
export function post(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}
