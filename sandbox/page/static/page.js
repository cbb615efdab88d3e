// A channel with its thread or the Home tab, and a modal, drawn from what the server sends; what is done here goes back to it.

import { element, names } from "./blocks.js";
import { Composer } from "./composer.js";
import { HOME, Home, TITLE } from "./home.js";
import { fill, keepingEnds } from "./messages.js";
import { ask, Modal } from "./modal.js";
import { setUpTelnyx, showFaults, showOrders, showPeople } from "./panel.js";

const $ = (id) => document.getElementById(id);
const GONE = "The page's server does not answer. Is make demo still running?";
const MAIN_KINDS = ["Status changed", "New comment", "FOC date changed", "By key, number or PON"];
// What an alert may be about, and what only the command takes.
const IDS = /^([0-9a-f-]{36}|PO_\w+)$/;
const FOR_THE_COMMAND = /^(pon .+|pending)$/;
const NARROW = matchMedia("(max-width: 1100px)");

let state = { entries: [], channels: {}, people: {}, me: "", samples: {}, alerts: {}, faults: {}, broken: {}, home: {}, orders: [], command: "", mention: "" };
let channel = sessionStorage.getItem("channel");
let thread = sessionStorage.getItem("thread") || null;
// Which thread opens by itself: of an alert that is new, or where the order that something happened to has something new.
// seen: the entries there were before.
let follow = null;

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

const doing = {
  press: (entry) => async (button) => {
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
const seen = () => new Set(state.entries.map((entry) => entry.ts));
const inChannel = (entry) => entry.channel === channel && (!entry.thread_ts || entry.is_broadcast || !state.entries.some((one) => one.ts === entry.thread_ts));

function show() {
  showChannels();
  showPeople(state.people, state.me);
  keepingEnds([$("channel"), $("replies")], () => {
    const top = state.entries.filter((entry) => inChannel(entry));
    followNew(top);
    const parent = state.entries.find((entry) => entry.ts === thread);
    $("thread").hidden = !parent;
    fill($("channel"), top, (entry) => {
      if (entry.is_broadcast) return "A reply in a thread";
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
  if (channel === HOME) home.show(state.home, state.me);
  modal.show(state.modal, state.modal && doing.press(state.modal.id));
  showSamples();
  showOrders(state.orders);
  showFaults(act, state.faults, state.broken);
  cover();
}

function showChannels() {
  const isHome = channel === HOME;
  if (!isHome && !(channel in state.channels)) [channel] = Object.keys(state.channels);
  sessionStorage.setItem("channel", channel);
  $("home").hidden = !isHome;
  $("channel").hidden = $("composer").hidden = isHome;
  const { name, about } = state.channels[channel] ?? {};
  const words = { name: isHome ? TITLE : `# ${name}`, about, message: `Message #${name}` };
  for (const one of document.querySelectorAll("[data-channel]")) one.textContent = words[one.dataset.channel];
  $("text").placeholder = words.message;
  if (!$("channels").children.length) {
    const titles = Object.entries(state.channels).map(([id, one]) => [id, `# ${one.name}`]);
    for (const [id, title] of [...titles, [HOME, TITLE]]) {
      $("channels").append(element("li", {}, element("button", { type: "button", "data-id": id, on: { click: () => enter(id) } }, title)));
    }
  }
  for (const button of $("channels").querySelectorAll("button")) button.ariaCurrent = button.dataset.id === channel ? "page" : null;
}

function enter(id) {
  [channel, thread, follow] = [id, null, null];
  $("channel").dataset.jump = "now";
  side(false);
  if (id === HOME) home.enter();
  show();
  (id === HOME ? home : composer).focus();
}

function followNew(top) {
  const isNew = (entry) => !follow.seen.has(entry.ts);
  const isFollowed = (entry) => (follow.order
    ? JSON.stringify(entry.blocks).includes(follow.order) && replies(entry.ts).some(isNew)
    : entry.author === "tool" && isNew(entry) && replies(entry.ts).length);
  const followed = follow && top.find(isFollowed);
  if (!followed) return;
  follow = null;
  // Nobody's answer is taken away while it is written.
  if (reply.isEmpty) thread = followed.ts;
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

function choose(name, sample) {
  if (IDS.test(sample)) aim(alertButton("chosen"), name, sample);
  side(false);
  if (channel === HOME) enter(state.alertChannel);
  if (inUse === reply && !$("thread").hidden && !FOR_THE_COMMAND.test(sample)) reply.paste(sample, state.mention);
  else composer.paste(sample, state.command);
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
const modal = new Modal(act);
const home = new Home($("home"), { open: () => act({ do: "home" }), press: doing.press });
const samples = () => Object.values(state.samples).flatMap((named) => Object.values(named));
const resized = (change) => keepingEnds([$("channel"), $("replies")], change);
const composer = new Composer($("composer"), { send: send($("channel"), () => null), words: () => [state.command, state.mention], samples, resized });
const reply = new Composer($("reply"), { send: send($("replies"), () => thread), words: () => [state.mention], samples, resized });
// The one that was last typed in or clicked, not the one that a thread's opening gave the focus.
let inUse = composer;
for (const [form, one] of [[$("composer"), composer], [$("reply"), reply]]) {
  for (const event of ["beforeinput", "pointerdown"]) form.addEventListener(event, () => { inUse = one; });
}

for (const button of document.querySelectorAll("[data-alert]")) {
  button.addEventListener("click", () => {
    // No alert is answered where port-outs announce themselves.
    if ([state.watch, HOME].includes(channel)) enter(state.alertChannel);
    follow = { seen: seen(), order: null };
    $("channel").dataset.jump = "next";
    side(false);
    const { alert, about } = button.dataset;
    act({ do: "alert", kind: alert === "chosen" ? "text" : alert, id: about, channel });
  });
}
setUpTelnyx((action, order) => {
  side(false);
  if (channel !== state.watch) enter(state.watch);
  // What is opened stands in the channel, everything else in a thread.
  if (action.do === "open") {
    if (NARROW.matches) closeThread();
    $("channel").dataset.jump = "next";
  } else {
    follow = { seen: seen(), order };
  }
  act(action);
});
$("me").addEventListener("change", (event) => act({ do: "be", person: event.target.value }));
$("show-side").addEventListener("click", () => side(true));
$("close-side").addEventListener("click", () => { side(false); $("show-side").focus(); });
$("close-thread").addEventListener("click", closeThread);
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
live.addEventListener("message", (event) => {
  state = JSON.parse(event.data);
  Object.assign(names, state.names);
  show();
});
live.addEventListener("error", () => { $("status").textContent = GONE; });
