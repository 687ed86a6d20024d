/** App Home: the view that the app published for this person. */

import { drawBlocks } from "./blocks/index.js";
import { h } from "./dom.js";
import { Place } from "./place.js";
import { store } from "./state.js";

export class Home {
  constructor() {
    this.blocks = h("div", { class: "blocks" });
    this.root = h("section", { class: "home", "aria-label": "Home", tabindex: "0", hidden: true }, this.blocks);
    this.drawn = null;
  }

  update() {
    const view = store.state.home;
    if (!view) {
      this.drawn = null;
      this.blocks.replaceChildren(h("p", { class: "nothing", dataset: { key: "nothing" } }, `${store.state.app.name} has nothing here yet.`));
      return;
    }
    if (this.drawn?.id !== view.id) {
      this.place = new Place("home", { home: true });
      this.place.root = this.blocks;
      this.blocks.replaceChildren();
      this.drawn = null;
    }
    if (this.drawn?.hash !== view.hash) {
      this.place.values.sync(view.blocks, view.state?.values);
      drawBlocks(this.blocks, view.blocks, this.place);
    }
    this.drawn = { id: view.id, hash: view.hash };
  }
}
