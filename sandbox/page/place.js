/** Where a block stands: in a message, a modal or App Home. Clicks and menus go from there to the app. */

import { toast } from "./dom.js";
import { act } from "./state.js";
import { Values } from "./values.js";

/** A container as the server names it, with the values of its inputs and (`root`) the node its blocks are drawn in. */
export class Place {
  /** `surface` is `message`, `modal` or `home`; `notify` shows what Slack's client would say. */
  constructor(surface, container, notify = (text) => toast(text)) {
    this.surface = surface;
    this.container = container;
    this.notify = notify;
    this.values = new Values();
    this.name = JSON.stringify(container);
    this.root = null;
    this.waits = new Set();
    this.typed = new Map();
  }

  /** What was typed is told after a pause, unless something that carries all values is sent before. */
  later(send, pause) {
    const timer = setTimeout(send, pause);
    this.typed.set(timer, send);
    return timer;
  }

  /** What was typed is told by what is sent now. */
  told() {
    for (const timer of this.typed.keys()) clearTimeout(timer);
    this.typed.clear();
  }

  /** What was typed is told now: nothing that carries it comes after. */
  async tell() {
    [...this.typed.values()].at(-1)?.();
    await Promise.all(this.waits);
  }

  /** A form is sent after this: a file that is on its way, or a key that is being told. */
  wait(work) {
    this.waits.add(work);
    work.finally(() => this.waits.delete(work));
  }

  /** Sends what a person did with an element. */
  act(block, element, part) {
    this.told();
    const sent = this.send(block, { type: element.type, action_id: element.action_id, ...part });
    this.wait(sent);
    return sent;
  }

  async send(block, action) {
    try {
      const answer = await act("action", {
        container: this.container, block_id: block.block_id, action, state: this.values.json(),
      });
      if (answer.notice) this.notify(answer.notice);
    } catch (error) {
      this.notify(error.message);
    }
  }

  /** Asks the app for options; a list of `{label, options}`. */
  async suggest(block, element, value) {
    const answer = await act("suggest", {
      container: this.container, block_id: block.block_id, action_id: element.action_id, value,
    });
    if (answer.notice) throw new Error(answer.notice);
    return answer.option_groups
      ? answer.option_groups.map((group) => ({ label: group.label.text, options: group.options }))
      : [{ label: "", options: answer.options ?? [] }];
  }
}
