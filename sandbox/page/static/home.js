// The app's Home tab, which the bot publishes for each person: a place like a channel, without messages.

import { draw, element } from "./blocks.js";
import { replace } from "./messages.js";

export const HOME = "home";
export const TITLE = "Port-out's Home";
const NOT_OFFERED = "Slack offers this tab only to people of the company that installed the app.";

export class Home {
  #place; #open; #press; #reader = null;

  // open: lets Slack say that the tab was opened. press: takes the id of the view, returns what to do when a button in
  // it is pressed.
  constructor(place, { open, press }) {
    [this.#place, this.#open, this.#press] = [place, open, press];
  }

  // Shows a person's tab. It opens when it is first shown to this person, and whenever it is entered.
  show({ view, is_offered: isOffered }, reader) {
    if (reader !== this.#reader) {
      this.#reader = reader;
      this.#open();
    }
    const old = this.#place.lastElementChild;
    const key = JSON.stringify([view, isOffered]);
    if (old.dataset.key === key) return;
    const blocks = view ? view.blocks.map((block) => draw(block, this.#press(view.id))) : [isOffered ? "" : NOT_OFFERED];
    replace(old, element("div", { class: "home", "data-key": key }, ...blocks));
  }

  enter() {
    this.#reader = null;
    this.#place.scrollTop = 0;
  }

  focus() { this.#place.focus({ preventScroll: true }); }
}
