// The channel, its thread and a window, drawn from what the server tells; what is done here goes back to it.

import { draw, element, mrkdwn } from "./blocks.js";

const $ = (id) => document.getElementById(id);
const AUTHORS = {
  person: { name: "You", initial: "Y" }, tool: { name: "Monitoring", initial: "M", app: true },
  bot: { name: "Port-out", initial: "P", app: true }, slackbot: { name: "Slackbot", initial: "S" },
};
const GONE = "The page's server does not answer. Is make demo still running?";
const CONTROLS = "button, a, summary";
const MAIN_KINDS = ["Status changed", "New comment", "FOC date changed"];
const BUILDER = "https://app.slack.com/block-kit-builder/#";

let state = { entries: [], samples: {}, faults: {}, broken: {}, command: "", mention: "" };
let thread = null;
let chosen = null;
let follow = false;

async function act(what) {
  try {
    const answer = await fetch("act", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what) });
    if (!answer.ok) $("status").textContent = `The page's server refused that (HTTP ${answer.status}).`;
    return answer.ok;
  } catch {
    $("status").textContent = GONE;
    return false;
  }
}

function ask(question) {
  $("question-title").textContent = question.title.text;
  $("question-text").textContent = question.text.text;
  $("confirm").textContent = question.confirm.text;
  $("deny").textContent = question.deny.text;
  $("question").showModal();
  return new Promise((resolve) => {
    $("question").addEventListener("close", () => resolve($("question").returnValue === "confirm"), { once: true });
  });
}

const pressing = (entry) => async (button) => {
  $("question").returnValue = "";
  if (button.confirm && !(await ask(button.confirm))) return;
  await act({ do: "press", entry, button });
};

function menu(entry) {
  const items = [];
  const add = (label, listener) => items.push(element("button", { type: "button", on: { click: (event) => { event.target.closest("details").open = false; listener(); } } }, label));
  if (entry.author !== "slackbot" && !entry.is_private) add("Look up port-outs", () => act({ do: "shortcut", entry: entry.ts }));
  if (!entry.is_private) add("Reply in thread", () => open(entry.thread_ts ?? entry.ts));
  if (["person", "tool"].includes(entry.author)) {
    if (entry.text) add("Edit message", () => edit(entry));
    add("Delete message", () => act({ do: "delete", entry: entry.ts }));
  }
  if (entry.blocks) {
    const json = JSON.stringify({ blocks: entry.blocks }, null, 2);
    add("Copy Block Kit JSON", () => navigator.clipboard.writeText(json));
    items.push(element("a", { href: BUILDER + encodeURIComponent(JSON.stringify({ blocks: entry.blocks })), target: "_blank", rel: "noreferrer" }, "Open in Block Kit Builder"));
  }
  if (!items.length) return null;
  return element("details", { class: "menu" }, element("summary", { "aria-label": `More about this message by ${AUTHORS[entry.author].name}` }, "⋯"), element("div", {}, ...items));
}

function attachment(one) {
  const fields = (one.fields ?? []).map((field) => element("div", {}, element("strong", {}, field.title), element("div", {}, field.value)));
  return element("div", { class: "attachment" }, element("strong", {}, one.title ?? ""), ...fields);
}

function message(entry) {
  const author = AUTHORS[entry.author];
  const at = new Date(entry.at * 1000);
  const clock = at.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
  const body = entry.blocks ? entry.blocks.map((block) => draw(block, pressing(entry.ts))) : [element("div", { class: "block" }, mrkdwn(entry.text))];
  return element("article", { class: `message ${entry.author}${entry.is_private ? " private" : ""}`, id: `m-${entry.ts}` },
    element("div", { class: "avatar", "aria-hidden": "true" }, author.initial),
    element("div", { class: "body" },
      entry.is_private ? element("p", { class: "only" }, "Only visible to you") : null,
      element("p", { class: "by" }, element("strong", {}, author.name), author.app ? element("span", { class: "app" }, "APP") : null, element("time", { datetime: at.toISOString() }, clock)),
      ...(entry.text || entry.blocks ? body : []), ...entry.attachments.map(attachment),
      entry.is_edited ? element("span", { class: "edited" }, "(edited)") : null),
    menu(entry));
}

// Draws what changed and leaves the rest, so that focus, selection and open menus stay.
function fill(list, entries, more = () => null) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const kept = new Map([...list.children].map((child) => [child.id, child]));
  for (const entry of entries) {
    const extra = more(entry);
    const key = JSON.stringify([entry, extra]);
    let drawn = kept.get(`m-${entry.ts}`);
    kept.delete(`m-${entry.ts}`);
    if (!drawn || drawn.dataset.key !== key) {
      const made = message(entry);
      made.dataset.key = key;
      if (extra) made.querySelector(".body").append(element("button", { type: "button", class: "replies", on: { click: () => open(entry.ts) } }, extra));
      if (drawn) replace(drawn, made);
      drawn = made;
    }
    list.append(...(list.contains(drawn) ? [] : [drawn]));
  }
  kept.forEach((child) => child.remove());
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function replace(old, made) {
  const focused = [...old.querySelectorAll(CONTROLS)].indexOf(document.activeElement);
  const menus = [old, made].map((one) => one.querySelector("details.menu"));
  if (menus[0]?.open && menus[1]) menus[1].open = true;
  old.replaceWith(made);
  if (focused >= 0) made.querySelectorAll(CONTROLS)[focused]?.focus();
}

const replies = (ts) => state.entries.filter((entry) => entry.thread_ts === ts);
const inChannel = (entry) => !entry.thread_ts || !state.entries.some((one) => one.ts === entry.thread_ts);

function show() {
  const top = state.entries.filter((entry) => inChannel(entry));
  fill($("channel"), top, (entry) => {
    const count = replies(entry.ts).length;
    return count ? `${count} ${count === 1 ? "reply" : "replies"}` : null;
  });
  const newest = top.filter((entry) => entry.author === "tool").at(-1);
  if (follow && newest && replies(newest.ts).length) { follow = false; thread = newest.ts; }
  const parent = state.entries.find((entry) => entry.ts === thread);
  $("thread").hidden = !parent;
  if (parent) fill($("replies"), [parent, ...replies(thread)]);
  $("status").textContent = state.status;
  showWindow(state.window);
  showSamples();
  showFaults();
}

function showWindow(view) {
  const shown = $("window");
  if (!view) { shown.close(); return; }
  const key = JSON.stringify(view);
  if (shown.dataset.key !== key || !shown.open) {
    shown.dataset.key = key;
    $("window-title").textContent = view.title.text;
    $("window-blocks").replaceChildren(...view.blocks.map((block) => draw(block, pressing(view.id))));
  }
  if (!shown.open) shown.showModal();
}

function showSamples() {
  if ($("samples").children.length) return;
  for (const [kind, named] of Object.entries(state.samples)) {
    const chips = Object.entries(named).map(([name, id]) => element("li", {}, element("button", { type: "button", title: id, on: { click: () => choose(name, id) } }, name)));
    const place = MAIN_KINDS.includes(kind) ? $("samples") : $("more-samples");
    place.append(element("h3", {}, kind), element("ul", {}, ...chips));
  }
  chosen = { name: "pending", id: state.samples["Status changed"].pending };
  $("chosen").textContent = chosen.name;
}

function choose(name, id) {
  chosen = { name, id };
  $("chosen").textContent = name;
  delete $("composer").dataset.editing;
  setText($("text"), `${state.command} ${id}`);
  side(false);
  $("text").focus();
}

function showFaults() {
  if ($("faults").children.length) return;
  for (const [service, names] of Object.entries(state.faults)) {
    const select = element("select", { id: `fault-${service}`, on: { change: (event) => act({ do: "break", service, fault: event.target.value }) } },
      element("option", { value: "" }, "works"), ...names.map((name) => element("option", { value: name, selected: state.broken[service] === name }, name)));
    $("faults").append(element("label", { for: select.id }, service), select);
  }
}

function open(ts) {
  thread = ts;
  show();
  if (!$("thread").hidden) $("reply-text").focus({ preventScroll: true });
}

function edit(entry) {
  const box = entry.thread_ts ? $("reply-text") : $("text");
  box.form.dataset.editing = entry.ts;
  setText(box, entry.text.replaceAll("<@U0BOT>", state.mention).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
  box.focus();
}

function setText(box, value) {
  box.value = value;
  box.dispatchEvent(new Event("input"));
}

function side(isOpen) {
  document.body.classList.toggle("side-open", isOpen);
  if (isOpen) $("close-side").focus();
  $("show-side").setAttribute("aria-expanded", String(isOpen));
}

function size(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
}

// place: the thread to post in. words: what is completed at the start.
function composer(form, box, place, words) {
  const hint = form.querySelector(".hint");
  const completion = () => words().find((word) => box.value && word.startsWith(box.value) && word !== box.value);
  const complete = () => { if (completion()) setText(box, `${completion()} `); box.focus(); };
  hint.querySelector("button").addEventListener("click", complete);
  box.addEventListener("input", () => {
    size(box);
    hint.hidden = !completion();
    hint.querySelector("button").textContent = completion() ?? "";
  });
  box.addEventListener("keydown", (event) => {
    if (["Tab", "Enter"].includes(event.key) && completion()) { event.preventDefault(); complete(); return; }
    if (event.key === "Escape" && form.dataset.editing) { delete form.dataset.editing; setText(box, ""); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    const entry = form.dataset.editing;
    if (!(await act(entry ? { do: "edit", entry, text } : { do: "say", text, thread_ts: place() }))) return;
    delete form.dataset.editing;
    if (box.value.trim() === text) setText(box, "");
  });
}

composer($("composer"), $("text"), () => null, () => [state.command, state.mention]);
composer($("reply"), $("reply-text"), () => thread, () => [state.mention]);
for (const button of document.querySelectorAll("[data-alert]")) {
  button.addEventListener("click", () => { follow = true; side(false); act({ do: "alert", kind: button.dataset.alert, id: chosen.id }); });
}
$("show-side").addEventListener("click", () => side(!document.body.classList.contains("side-open")));
$("close-side").addEventListener("click", () => { side(false); $("show-side").focus(); });
$("close-thread").addEventListener("click", () => { thread = null; show(); });
$("close-window").addEventListener("click", () => act({ do: "close", view: state.window.id }));
$("window").addEventListener("cancel", (event) => { event.preventDefault(); act({ do: "close", view: state.window.id }); });
document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details.menu[open]")) if (!one.contains(event.target)) one.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  side(false);
  for (const one of document.querySelectorAll("details.menu[open]")) {
    one.open = false;
    one.querySelector("summary").focus();
  }
});
const live = new EventSource("live");
live.addEventListener("message", (event) => { state = JSON.parse(event.data); show(); });
live.addEventListener("error", () => { $("status").textContent = GONE; });
