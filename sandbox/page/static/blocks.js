// Block Kit, drawn as Slack draws it. Text is only ever set as text: nothing that comes in is parsed as HTML.

const EMOJI = {
  hourglass_flowing_sand: "⏳", white_check_mark: "✅", raised_hand: "✋", no_entry: "⛔", outbox_tray: "📤",
  leftwards_arrow_with_hook: "↩️", rotating_light: "🚨", warning: "⚠️", speech_balloon: "💬", calendar: "📆",
  grey_question: "❔", mag: "🔍", key: "🔑", turtle: "🐢", no_entry_sign: "🚫", question: "❓", boom: "💥",
  hourglass: "⌛", x: "❌", lock: "🔒", construction: "🚧", no_mobile_phones: "📵", snail: "🐌",
};

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// The names of those who can be mentioned, by id.
export const names = {};

const emoji = (name) => EMOJI[name] ?? `:${name}:`;

// The tokens of docs.slack.dev, "Formatting text for app surfaces", in the viewer's own zone.
function date(timestamp, format, fallback) {
  const when = new Date(timestamp * 1000);
  if (Number.isNaN(when.getTime())) return fallback;
  const day = (options) => new Intl.DateTimeFormat("en-US", options).format(when);
  const short = day({ month: "short", day: "numeric", year: "numeric" });
  const long = day({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
  const full = day({ month: "long", day: "numeric", year: "numeric" });
  const tokens = {
    date_num: when.toLocaleDateString("sv-SE"), date: full, date_short: short, date_long: long,
    date_pretty: near(when) ?? full, date_short_pretty: near(when) ?? short, date_long_pretty: near(when) ?? long,
    time: day({ hour: "numeric", minute: "2-digit" }),
    time_secs: day({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  };
  return format.replace(/\{(\w+)\}/g, (all, name) => tokens[name] ?? all);
}

function near(when) {
  const days = Math.round((new Date(when).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

function time(timestamp, format, fallback) {
  const shown = date(timestamp, format, fallback);
  return element("time", { title: fallback }, shown.charAt(0).toUpperCase() + shown.slice(1));
}

function styled(node, style = {}) {
  if (style.code) node = element("code", {}, node);
  if (style.strike) node = element("s", {}, node);
  if (style.italic) node = element("em", {}, node);
  if (style.bold) node = element("strong", {}, node);
  return node;
}

const link = (url, label) => element("a", { href: /^(https?|mailto):/.test(url) ? url : "#", target: "_blank", rel: "noreferrer" }, label);
const mention = (name) => element("span", { class: "mention" }, name);
const called = (id) => mention(`@${names[id] ?? id}`);

function inline(part) {
  switch (part.type) {
    case "text": return styled(document.createTextNode(part.text), part.style);
    case "emoji": return element("span", { class: "emoji", role: "img", "aria-label": part.name.replaceAll("_", " ") }, emoji(part.name));
    case "date": return time(part.timestamp, part.format, part.fallback);
    case "link": return styled(link(part.url, part.text ?? part.url), part.style);
    case "user": return called(part.user_id);
    case "usergroup": return called(part.usergroup_id);
    case "broadcast": return mention(`@${part.range}`);
    default: return element("code", {}, JSON.stringify(part));
  }
}

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const MARKUP = /```([^]+?)```|`([^`\n]+)`|<([^<>]+)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?!\w)|(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?!\w)|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?!\w)|:([a-z0-9_+-]+):/g;

// Slack's mrkdwn.
export function mrkdwn(text) {
  const drawn = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(MARKUP)) {
    drawn.append(unescaped(text.slice(end, match.index)), marked(match));
    end = match.index + match[0].length;
  }
  drawn.append(unescaped(text.slice(end)));
  return drawn;
}

function marked([all, block, code, angled, bold, italic, struck, name]) {
  if (block !== undefined) return element("pre", {}, unescaped(block));
  if (code !== undefined) return element("code", {}, unescaped(code));
  if (bold !== undefined) return element("strong", {}, mrkdwn(bold));
  if (italic !== undefined) return element("em", {}, mrkdwn(italic));
  if (struck !== undefined) return element("s", {}, mrkdwn(struck));
  if (name !== undefined) return document.createTextNode(emoji(name));
  return bracketed(angled, all);
}

function bracketed(inside, all) {
  const [target, label] = inside.split("|");
  const [kind, value, format] = target.split("^");
  if (kind === "!date") return time(Number(value), format, unescaped(label ?? ""));
  if (kind === "!subteam") return called(value);
  if (target.startsWith("@")) return called(target.slice(1));
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${label ?? target.slice(1)}`);
  return /^(https?|mailto):/.test(target) ? link(unescaped(target), unescaped(label ?? target)) : document.createTextNode(unescaped(all));
}

const written = (text) => (text.type === "plain_text" ? document.createTextNode(text.text) : mrkdwn(text.text));

function button(part, press) {
  const kind = `slack-button ${part.style ?? ""}`;
  if (part.url) return element("a", { class: kind, href: part.url, target: "_blank", rel: "noreferrer" }, part.text.text);
  return element("button", { type: "button", class: kind, on: { click: () => press(part) } }, part.text.text);
}

function richText(block) {
  return block.elements.map((part) => {
    const tag = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" }[part.type] ?? "div";
    if (part.type === "rich_text_list") {
      return element(part.style === "ordered" ? "ol" : "ul", {}, ...part.elements.map((one) => element("li", {}, ...one.elements.map(inline))));
    }
    return element(tag, { class: "rich-text" }, ...part.elements.map(inline));
  });
}

// One block. press: what to do when a button in it is pressed.
export function draw(block, press) {
  switch (block.type) {
    case "rich_text": return element("div", { class: "block" }, ...richText(block));
    case "header": return element("h3", { class: "block" }, block.text.text);
    case "divider": return element("hr");
    case "context": return element("div", { class: "block context" }, ...block.elements.map((one) => element("div", {}, written(one))));
    case "actions": return element("div", { class: "block actions" }, ...block.elements.map((one) => button(one, press)));
    case "section": return element("div", { class: "block section" },
      element("div", {}, block.text ? element("div", {}, written(block.text)) : null,
        block.fields ? element("div", { class: "fields" }, ...block.fields.map((one) => element("div", {}, written(one)))) : null),
      block.accessory ? button(block.accessory, press) : null);
    default: return element("pre", { class: "block" }, JSON.stringify(block, null, 2));
  }
}
