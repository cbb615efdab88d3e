// The modal that the bot opens, and the question that a button asks before it is pressed.

import { draw } from "./blocks.js";

const $ = (id) => document.getElementById(id);

export class Modal {
  #act; #view = null; #dismissed = null;

  // act: sends an action.
  constructor(act) {
    this.#act = act;
    for (const id of ["close-modal", "modal-close"]) $(id).addEventListener("click", () => this.#dismiss());
    $("modal").addEventListener("cancel", (event) => { event.preventDefault(); this.#dismiss(); });
  }

  // Shows a view, or none. press: what to do when a button in it is pressed.
  show(view, press) {
    const shown = $("modal");
    this.#view = view;
    if (!view || view.id === this.#dismissed) { shown.close(); return; }
    const key = JSON.stringify(view);
    if (shown.dataset.key !== key || !shown.open) {
      shown.dataset.key = key;
      $("modal-title").textContent = view.title.text;
      $("modal-blocks").replaceChildren(...view.blocks.map((block) => draw(block, press)));
      $("modal-close").textContent = view.close?.text ?? "Close";
    }
    if (!shown.open) shown.showModal();
  }

  #dismiss() {
    this.#dismissed = this.#view?.id ?? null;
    $("modal").close();
    if (this.#dismissed) this.#act({ do: "close", view: this.#dismissed });
  }
}

// Asks a question, and returns whether the answer is yes.
export function ask(question) {
  $("question").returnValue = "";
  $("question-title").textContent = question.title.text;
  $("question-text").textContent = question.text.text;
  $("confirm").textContent = question.confirm.text;
  $("deny").textContent = question.deny.text;
  $("question").showModal();
  return new Promise((resolve) => {
    $("question").addEventListener("close", () => resolve($("question").returnValue === "confirm"), { once: true });
  });
}
