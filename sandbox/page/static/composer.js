// A composer: what is typed is completed, sent, and kept as a draft of its place, also when the page is loaded again; a
// message may be edited in it.

export class Composer {
  #form; #box; #hint; #send; #words; #samples; #resized; #place; #begun = ""; #unedited = null;

  // send: takes the text and the ts of the message that it changes, if any; says whether it went. words: what is
  // completed. samples: what may be put there from elsewhere. resized: does the change it is given, which may take room from others.
  constructor(form, { send, words, samples, resized }) {
    [this.#form, this.#send, this.#words, this.#samples, this.#resized] = [form, send, words, samples, resized];
    this.#box = form.querySelector("textarea");
    this.#hint = form.querySelector(".hint");
    this.#hint.querySelector("button").addEventListener("click", () => this.#complete());
    form.querySelector(".editing button").addEventListener("click", () => this.stopEditing());
    this.#box.addEventListener("input", () => this.#typed());
    this.#box.addEventListener("keydown", (event) => this.#pressed(event));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
  }

  get isEmpty() { return !this.#box.value.trim(); }

  get editing() { return this.#form.dataset.editing ?? null; }

  // Goes to another place, where another draft may wait.
  at(place) {
    if (place === this.#place) return;
    this.stopEditing();
    this.#place = place;
    this.#set(sessionStorage.getItem(this.#draft(place)) ?? "");
  }

  // Puts a sample where one writes; alone it gets a word before it. Only a sample that was put there before makes way.
  paste(sample, before) {
    if (this.#box.value === this.#unedited) this.stopEditing();
    const { value, selectionStart: start, selectionEnd: end } = this.#box;
    const said = value.startsWith(before) ? value.slice(before.length) : value;
    if (!this.editing && ["", ...this.#samples()].includes(said.trim())) this.#set(`${before} ${sample}`);
    else this.#set(`${value.slice(0, start).trimEnd()} ${sample} ${value.slice(end).trimStart()}`.trim());
    this.#box.focus();
  }

  edit(ts, text) {
    this.stopEditing();
    this.#begun = this.#box.value;
    this.#form.dataset.editing = ts;
    this.#form.querySelector(".editing").hidden = false;
    this.#unedited = text;
    this.#set(text);
    this.#box.focus();
  }

  stopEditing() {
    if (!this.editing) return;
    delete this.#form.dataset.editing;
    this.#unedited = null;
    this.#form.querySelector(".editing").hidden = true;
    this.#set(this.#begun);
  }

  focus() { this.#box.focus({ preventScroll: true }); }

  #completion() {
    const [last] = /\S*$/.exec(this.#box.value);
    const fits = (word) => word.startsWith(last) && word !== last && (!word.startsWith("/") || last === this.#box.value);
    return last ? (this.#words().find(fits)?.slice(last.length) ?? null) : null;
  }

  #complete() {
    const rest = this.#completion();
    if (rest) this.#set(`${this.#box.value}${rest} `);
    this.#box.focus();
  }

  #draft(place) { return `draft ${this.#form.id} ${place}`; }

  #typed() {
    if (!this.editing) sessionStorage.setItem(this.#draft(this.#place), this.#box.value);
    const rest = this.#completion();
    this.#hint.hidden = !rest;
    this.#hint.querySelector("button").textContent = rest ? /\S*$/.exec(this.#box.value)[0] + rest : "";
    this.#resized(() => {
      this.#box.style.height = "auto";
      this.#box.style.height = `${Math.min(this.#box.scrollHeight, 200)}px`;
    });
  }

  #pressed(event) {
    if (["Tab", "Enter"].includes(event.key) && !event.shiftKey && this.#completion()) { event.preventDefault(); this.#complete(); return; }
    if (event.key === "Escape") this.stopEditing();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.#form.requestSubmit(); }
  }

  async #submit() {
    const [text, editing, place] = [this.#box.value.trim(), this.editing, this.#place];
    if (!text) return;
    // Before it is sent: a second Enter finds nothing.
    if (editing) this.stopEditing();
    else this.#set("");
    if (await this.#send(text, editing)) return;
    // What didn't go is not lost.
    if (place !== this.#place) sessionStorage.setItem(this.#draft(place), text);
    else if (editing) this.edit(editing, text);
    else if (this.isEmpty) this.#set(text);
  }

  #set(value) {
    this.#box.value = value;
    this.#typed();
  }
}
