// Messages, drawn once and again only when they change.

import { draw, element, mrkdwn } from "./blocks.js";

const AUTHORS = {
  tool: { name: "Monitoring", app: true }, bot: { name: "Port-out", app: true }, slackbot: { name: "Slackbot" },
};
const BUILDER = "https://app.slack.com/block-kit-builder/#";
const CONTROLS = "button, a, summary";

// Draws a list. extra: the words under an entry, if any. nameOf: the name of a person who wrote one, "You" for one's own.
// doing: what can be done with one.
export function fill(list, entries, extra, nameOf, doing) {
  const drawn = new Map([...list.querySelectorAll(":scope > article")].map((one) => [one.id, one]));
  const wanted = new Set(entries.map((entry) => `m-${entry.ts}`));
  for (const [id, one] of drawn) if (!wanted.has(id)) one.remove();
  let next = list.querySelector(":scope > article");
  for (const entry of entries) {
    const under = extra(entry);
    const author = AUTHORS[entry.author] ?? { name: nameOf(entry) };
    const key = JSON.stringify([entry, under, author]);
    const old = drawn.get(`m-${entry.ts}`);
    const made = old?.dataset.key === key ? old : message(entry, under, author, doing);
    made.dataset.key = key;
    if (old && old !== made) { replace(old, made); if (next === old) next = made; }
    if (made === next) next = made.nextElementSibling;
    else list.insertBefore(made, next);
    if (!old && list.dataset.jump) list.dataset.jump = "now";
  }
  if (list.dataset.jump === "now") { delete list.dataset.jump; list.scrollTop = list.scrollHeight; }
}

// Does something that changes what there is room for; a list that showed its end still does after.
export function keepingEnds(lists, change) {
  const atEnd = lists.filter((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 60);
  change();
  for (const list of atEnd) list.scrollTop = list.scrollHeight;
}

// Focus, and an open menu, stay on what is drawn anew.
export function replace(old, made) {
  const focused = [...old.querySelectorAll(CONTROLS)].indexOf(document.activeElement);
  const menus = [old, made].map((one) => one.querySelector("details.menu"));
  if (menus[0]?.open && menus[1]) menus[1].open = true;
  old.replaceWith(made);
  if (focused >= 0) made.querySelectorAll(CONTROLS)[focused]?.focus();
}

function message(entry, under, author, doing) {
  const at = new Date(entry.at * 1000);
  const clock = at.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
  const kind = `${entry.author}${entry.is_private ? " private" : ""}${entry.is_deleted ? " deleted" : ""}`;
  return element("article", { class: `message ${kind}`, id: `m-${entry.ts}` },
    element("div", { class: "avatar", "aria-hidden": "true" }, author.name[0]),
    element("div", { class: "body" },
      entry.is_private ? element("p", { class: "only" }, "Only visible to you") : null,
      element("p", { class: "by" }, element("strong", {}, author.name), author.app ? element("span", { class: "app" }, "APP") : null, element("time", { datetime: at.toISOString() }, clock)),
      ...said(entry, doing), ...entry.attachments.map(attachment),
      under ? element("button", { type: "button", class: "replies", on: { click: () => doing.open(entry.thread_ts ?? entry.ts) } }, under) : null),
    entry.is_deleted ? null : menu(entry, author, doing));
}

function said(entry, doing) {
  if (entry.blocks) return entry.blocks.map((block) => draw(block, doing.press(entry.ts)));
  if (!entry.text) return [];
  return [element("div", { class: "block" }, mrkdwn(entry.text), entry.is_edited ? element("span", { class: "edited" }, " (edited)") : "")];
}

function attachment(one) {
  const fields = (one.fields ?? []).map((field) => element("div", {}, element("strong", {}, field.title), element("div", {}, field.value)));
  return element("div", { class: "attachment" }, element("strong", {}, one.title ?? ""), ...fields);
}

function menu(entry, author, doing) {
  const items = [];
  const add = (label, listener) => items.push(element("button", { type: "button", on: { click: (event) => choose(event, listener) } }, label));
  if (entry.author !== "slackbot" && !entry.is_private) add("Look up port-outs", () => doing.lookUp(entry));
  if (!entry.is_private) add("Reply in thread", () => doing.open(entry.thread_ts ?? entry.ts));
  if (entry.author === "tool" || author.name === "You") {
    if (entry.text) add("Edit message", (list) => doing.edit(entry, list));
    add("Delete message", () => doing.remove(entry));
  }
  if (entry.blocks) {
    const blocks = { blocks: entry.blocks };
    add("Copy Block Kit JSON", () => doing.copy(JSON.stringify(blocks, null, 2)));
    items.push(element("a", { href: BUILDER + encodeURIComponent(JSON.stringify(blocks)), target: "_blank", rel: "noreferrer" }, "Open in Block Kit Builder"));
  }
  if (!items.length) return null;
  const list = element("div", {}, ...items);
  return element("details", { class: "menu", on: {
    toggle: () => list.lastElementChild.scrollIntoView({ block: "nearest" }),
    focusout: (event) => { if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false; },
  } }, element("summary", { "aria-label": `More about this message by ${author.name}` }, "⋯"), list);
}

function choose(event, listener) {
  const menu = event.target.closest("details");
  menu.open = false;
  menu.querySelector("summary").focus();
  listener(menu.closest(".messages"));
}
