// A channel, its thread and a modal, drawn from what the server sends; what is done here goes back to it.

import { draw, element } from "./blocks.js";
import { Composer } from "./composer.js";
import { fill, keepingEnds } from "./messages.js";

const $ = (id) => document.getElementById(id);
const GONE = "The page's server does not answer. Is make demo still running?";
const MAIN_KINDS = ["Status changed", "New comment", "FOC date changed"];
const NARROW = matchMedia("(max-width: 1100px)");

let state = { entries: [], channels: {}, people: {}, me: "", samples: {}, alerts: {}, faults: {}, broken: {}, command: "", mention: "" };
let channel = sessionStorage.getItem("channel");
let thread = sessionStorage.getItem("thread") || null;
let dismissed = null;
// The entries there were when an alert was asked for: the thread of one that is new opens by itself. So does one's when
// the page is first loaded.
let follow = NARROW.matches || sessionStorage.getItem("thread") !== null ? null : new Set();

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

const doing = {
  press: (entry) => async (button) => {
    $("question").returnValue = "";
    if (button.confirm && !(await ask(button.confirm))) return;
    await act({ do: "press", entry, button });
  },
  lookUp: (entry) => {
    // Slack shows the answer where the message stands; on a phone the thread covers that.
    if (!entry.thread_ts && NARROW.matches) closeThread();
    (entry.thread_ts ? $("replies") : $("channel")).dataset.jump = "next";
    act({ do: "shortcut", entry: entry.ts });
  },
  open: (ts) => {
    follow = null;
    thread = ts;
    show();
    if (!$("thread").hidden) reply.focus();
  },
  edit: (entry, list) => {
    const text = entry.text.replaceAll("<@U0BOT>", state.mention).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    (list === $("replies") ? reply : composer).edit(entry.ts, text);
  },
  remove: (entry) => { act({ do: "delete", entry: entry.ts }); $("channel").focus({ preventScroll: true }); },
  copy: (json) => navigator.clipboard.writeText(json).then(() => "Copied.", () => "The browser did not let that be copied.").then((said) => { $("status").textContent = said; }),
};

// Who wrote a message, as the person on the page reads it.
const nameOf = (entry) => (entry.author === "person" ? (entry.person === state.me ? "You" : state.people[entry.person].name) : null);
const replies = (ts) => state.entries.filter((entry) => entry.thread_ts === ts);
const inChannel = (entry) => entry.channel === channel && (!entry.thread_ts || !state.entries.some((one) => one.ts === entry.thread_ts));

function show() {
  showChannels();
  showPeople();
  keepingEnds([$("channel"), $("replies")], () => {
    const top = state.entries.filter((entry) => inChannel(entry));
    followNew(top);
    const parent = state.entries.find((entry) => entry.ts === thread);
    $("thread").hidden = !parent;
    fill($("channel"), top, (entry) => {
      const count = replies(entry.ts).length;
      return count ? `${count} ${count === 1 ? "reply" : "replies"}` : null;
    }, nameOf, doing);
    if (parent) fill($("replies"), [parent, ...replies(thread)], () => null, nameOf, doing);
    composer.at(channel);
    reply.at(parent ? thread : null);
    sessionStorage.setItem("thread", parent ? thread : "");
  });
  for (const one of [composer, reply]) {
    if (one.editing && !state.entries.some((entry) => entry.ts === one.editing && !entry.is_deleted)) one.stopEditing();
  }
  $("status").textContent = state.status;
  showModalView(state.modal);
  showSamples();
  showFaults();
  cover();
}

function showChannels() {
  if (!(channel in state.channels)) [channel] = Object.keys(state.channels);
  sessionStorage.setItem("channel", channel);
  const { name, about } = state.channels[channel];
  const words = { name: `# ${name}`, about, message: `Message #${name}` };
  for (const one of document.querySelectorAll("[data-channel]")) one.textContent = words[one.dataset.channel];
  $("text").placeholder = words.message;
  if (!$("channels").children.length) {
    for (const [id, one] of Object.entries(state.channels)) {
      $("channels").append(element("li", {}, element("button", { type: "button", "data-id": id, on: { click: () => enter(id) } }, `# ${one.name}`)));
    }
  }
  for (const button of $("channels").querySelectorAll("button")) button.ariaCurrent = button.dataset.id === channel ? "page" : null;
}

function enter(id) {
  [channel, thread, follow] = [id, null, null];
  $("channel").dataset.jump = "now";
  side(false);
  show();
  composer.focus();
}

function showPeople() {
  if (!$("me").options.length) {
    for (const one of Object.values(state.people)) $("me").append(element("option", { value: one.id }, `${one.name}, ${one.role}`));
  }
  $("me").value = state.me;
}

function followNew(top) {
  const alert = follow && top.find((entry) => entry.author === "tool" && !follow.has(entry.ts));
  if (!alert || !replies(alert.ts).length) return;
  follow = null;
  // Nobody's answer is taken away while it is written.
  if (reply.isEmpty) thread = alert.ts;
}

function showModalView(view) {
  const shown = $("modal");
  if (!view || view.id === dismissed) { shown.close(); return; }
  const key = JSON.stringify(view);
  if (shown.dataset.key !== key || !shown.open) {
    shown.dataset.key = key;
    $("modal-title").textContent = view.title.text;
    $("modal-blocks").replaceChildren(...view.blocks.map((block) => draw(block, doing.press(view.id))));
    $("modal-close").textContent = view.close?.text ?? "Close";
  }
  if (!shown.open) shown.showModal();
}

function dismiss() {
  dismissed = state.modal?.id ?? null;
  $("modal").close();
  if (dismissed) act({ do: "close", view: dismissed });
}

function showSamples() {
  if ($("samples").children.length) return;
  for (const [kind, named] of Object.entries(state.samples)) {
    const chips = Object.entries(named).map(([name, id]) => element("li", {}, element("button", { type: "button", title: id, on: { click: () => choose(name, id) } }, name)));
    const place = MAIN_KINDS.includes(kind) ? $("samples") : $("more-samples");
    place.append(element("h3", {}, kind), element("ul", {}, ...chips));
  }
  for (const [kind, { name, id }] of Object.entries(state.alerts)) aim(alertButton(kind), name, id);
}

const alertButton = (kind) => document.querySelector(`[data-alert="${kind}"]`);

function aim(button, name, id) {
  button.dataset.about = id;
  button.lastElementChild.textContent = name;
  button.hidden = false;
}

function choose(name, id) {
  aim(alertButton("chosen"), name, id);
  side(false);
  if (inUse === reply && !$("thread").hidden) reply.paste(id, state.mention);
  else composer.paste(id, state.command);
}

function showFaults() {
  for (const [service, names] of Object.entries(state.faults)) {
    if (!$(`fault-${service}`)) {
      const select = element("select", { id: `fault-${service}`, on: { change: (event) => act({ do: "break", service, fault: event.target.value }) } },
        element("option", { value: "" }, "works"), ...names.map((name) => element("option", { value: name }, name)));
      $("faults").append(element("label", { for: select.id }, service), select);
    }
    $(`fault-${service}`).value = state.broken[service] ?? "";
  }
  $("broken").textContent = Object.entries(state.broken).map(([service, fault]) => `${service} ${fault}`).join(" · ");
}

function closeThread() {
  const parent = thread;
  follow = thread = null;
  show();
  document.querySelector(`[id="m-${parent}"] .replies`)?.focus({ preventScroll: true });
}

function side(isOpen) {
  document.body.classList.toggle("side-open", isOpen);
  $("show-side").setAttribute("aria-expanded", String(isOpen));
  cover();
  if (isOpen) $("close-side").focus();
}

// What is covered on a narrow screen can't be tabbed into.
function cover() {
  const isOpen = document.body.classList.contains("side-open");
  document.querySelector("main").inert = NARROW.matches && (isOpen || !$("thread").hidden);
  $("thread").inert = NARROW.matches && isOpen;
}

const send = (list, place) => (text, editing) => {
  if (!editing) list.dataset.jump = "next";
  return act(editing ? { do: "edit", entry: editing, text } : { do: "say", text, thread_ts: place(), channel });
};
const resized = (change) => keepingEnds([$("channel"), $("replies")], change);
const composer = new Composer($("composer"), { send: send($("channel"), () => null), words: () => [state.command, state.mention], resized });
const reply = new Composer($("reply"), { send: send($("replies"), () => thread), words: () => [state.mention], resized });
// The one that was last typed in or clicked, not the one that a thread's opening gave the focus.
let inUse = composer;
for (const [form, one] of [[$("composer"), composer], [$("reply"), reply]]) {
  for (const event of ["beforeinput", "pointerdown"]) form.addEventListener(event, () => { inUse = one; });
}

for (const button of document.querySelectorAll("[data-alert]")) {
  button.addEventListener("click", () => {
    follow = new Set(state.entries.map((entry) => entry.ts));
    $("channel").dataset.jump = "next";
    side(false);
    const { alert, about } = button.dataset;
    act({ do: "alert", kind: alert === "chosen" ? "text" : alert, id: about, channel });
  });
}
$("me").addEventListener("change", (event) => act({ do: "be", person: event.target.value }));
$("show-side").addEventListener("click", () => side(true));
$("close-side").addEventListener("click", () => { side(false); $("show-side").focus(); });
$("close-thread").addEventListener("click", closeThread);
for (const id of ["close-modal", "modal-close"]) $(id).addEventListener("click", dismiss);
$("modal").addEventListener("cancel", (event) => { event.preventDefault(); dismiss(); });
NARROW.addEventListener("change", cover);
document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details.menu[open]")) if (!one.contains(event.target)) one.open = false;
  if (!$("side").contains(event.target) && !$("show-side").contains(event.target)) side(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("side-open")) { side(false); $("show-side").focus(); }
  for (const one of document.querySelectorAll("details.menu[open]")) {
    one.open = false;
    one.querySelector("summary").focus();
  }
});
const live = new EventSource("live");
live.addEventListener("message", (event) => { state = JSON.parse(event.data); show(); });
live.addEventListener("error", () => { $("status").textContent = GONE; });
