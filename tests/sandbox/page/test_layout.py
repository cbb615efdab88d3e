"""The page's layout where there is little room: on a phone, and on a laptop's screen at 200 %."""

from itertools import product
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.amount import mostly_full
from tests.sandbox.page.conftest import collect_errors
from tests.sandbox.page.elements import IN_ALERTS, NAMES, cards, channel, home, open_home, say, thread

# A browser's zoom of 200 % halves the page's width and height, in CSS pixels.
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "200 %": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "laptop": {"viewport": {"width": 1280, "height": 800}},
}
# Each line of text, control and part of the page, as far as it is seen, and which of them lie over each other.
# Lines of text may touch: a font's box is higher than its letters. What is covered on purpose is inert.
OVERLAPS = """root => {
  const clip = (rect, node) => {
    let [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom];
    for (let box = node; box; box = box.parentElement) {
      if (box !== document.body && getComputedStyle(box).overflow === "visible") continue;
      const at = box.getBoundingClientRect();
      [left, top] = [Math.max(left, at.left), Math.max(top, at.top)];
      [right, bottom] = [Math.min(right, at.right), Math.min(bottom, at.bottom)];
      if (getComputedStyle(box).position === "fixed") break;
    }
    return { left, top, right, bottom };
  };
  const visibly = { opacityProperty: true, visibilityProperty: true };
  const isSeen = (node) => node.checkVisibility(visibly) && !node.closest("[inert], .hidden");
  const items = [];
  const add = (node, rects, words) => {
    for (const rect of rects) {
      const seen = clip(rect, node);
      const isThere = seen.right - seen.left > 1 && seen.bottom - seen.top > 1;
      if (isThere) items.push({ node, words: words.trim().slice(0, 40), ...seen });
    }
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!text.data.trim() || !isSeen(text.parentElement) || text.parentElement.closest("option")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    add(text.parentElement, range.getClientRects(), text.data);
  }
  for (const control of root.querySelectorAll("button, select, textarea, summary, .slack-button")) {
    if (isSeen(control)) add(control, [control.getBoundingClientRect()], `[${control.textContent || control.tagName}]`);
  }
  for (const part of root.querySelectorAll("main > *, aside > *, header > *")) {
    if (isSeen(part)) add(part, [part.getBoundingClientRect()], `<${part.id || part.tagName}>`);
  }
  const found = [];
  for (const [index, one] of items.entries()) {
    for (const other of items.slice(index + 1)) {
      if (one.node.contains(other.node) || other.node.contains(one.node)) continue;
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const isText = [one, other].every(({ words }) => !words.startsWith("<"));
      if (width > 1 && height > (isText ? 4 : 1)) found.push([one.words, other.words]);
    }
  }
  const wide = [document.documentElement, ...document.querySelectorAll(".messages, nav, header, #modal-blocks")]
    .filter((box) => box.scrollWidth > box.clientWidth && box.checkVisibility())
    .map((box) => ["too wide", box.id || box.tagName]);
  for (const part of root.querySelectorAll("header > *")) {
    const [inner, outer] = [part.getBoundingClientRect(), part.parentElement.getBoundingClientRect()];
    const isInside = inner.top >= outer.top && inner.bottom <= outer.bottom && inner.right <= outer.right;
    if (isSeen(part) && !isInside) found.push(["sticks out", part.id || part.tagName]);
  }
  return { count: items.length, found: [...found, ...wide] };
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def view(opened: Browser, tabs: BrowserContext, screen: str) -> Page:
    """A tab with the screen."""
    if screen != "laptop":
        return await (await opened.new_context(**SCREENS[screen])).new_page()
    tab = await tabs.new_page()
    await tab.set_viewport_size(SCREENS[screen]["viewport"])
    return tab


async def assert_no_overlap(view: Page, root: str, least: int) -> None:
    """Assert that nothing lies over anything else, or is wider than its place, among at least so many parts."""
    measured = await view.locator(root).evaluate(OVERLAPS)

    assert measured["found"] == []
    assert measured["count"] >= least


@pytest.mark.parametrize("screen", mostly_full(SCREENS, "phone"))
async def test_nothing_overlaps(url: str, view: Page, screen: str) -> None:
    """In the channel with two faults on, in the list of things to try, in a thread and in a modal."""
    await view.add_init_script(IN_ALERTS)
    errors = collect_errors(view)
    await view.goto(url)
    is_narrow = screen != "laptop"
    await say(view, f"/portout-event {NAMES['pending, over 48 h']}")
    await expect(channel(view).locator("article.private")).to_be_visible()
    if is_narrow:
        await view.get_by_role("button", name="Things to try").click()
    await view.get_by_text("Orders, and odd ones").click()
    await view.get_by_role("button", name="ported", exact=True).click()
    if is_narrow:
        await view.get_by_role("button", name="Things to try").click()
    for part in ("#order", "#samples", "#more-samples", "#faults"):
        await view.locator(part).evaluate("part => part.scrollIntoView()")
        await assert_no_overlap(view, "nav", 20)
    await view.get_by_role("button", name="Post an alert").click()
    await expect(cards(thread(view))).to_be_visible()
    await assert_no_overlap(view, "body", 20)
    await cards(thread(view)).get_by_role("button", name="History").click()
    await expect(view.locator("#modal-blocks")).to_contain_text("status pending")
    await assert_no_overlap(view, "#modal", 5)
    await view.keyboard.press("Escape")
    await view.get_by_role("button", name="Close the thread").click()
    for service in ("Telnyx", "Slack"):
        fault = {"do": "break", "service": service, "fault": "wants us to wait (429)"}
        await view.request.post(f"{url}/act", data=fault)
    await expect(view.locator("#broken")).to_contain_text("Slack wants us to wait")
    for end in ("list => list.scrollTo(0, 0)", "list => list.scrollTo(0, list.scrollHeight)"):
        await channel(view).evaluate(end)
        await assert_no_overlap(view, "body", 12)

    assert errors == []


@pytest.mark.parametrize("screen", mostly_full(["phone", "laptop"], "phone"))
async def test_everybody_can_use_the_watch(url: str, view: Page, screen: str) -> None:
    """Nothing overlaps, and axe has no complaint, while a port-out waits and once it is decided."""
    await view.goto(url)
    await expect(channel(view)).to_contain_text("Port-outs announce themselves")
    for button, place, seen in (
        ("Open a port-out", channel(view), "@number-guards"),
        ("Reject wrong PIN", thread(view), "status rejected"),
    ):
        if screen == "phone":
            await view.get_by_role("button", name="Things to try").click()
        await view.get_by_role("navigation").get_by_role("button", name=button).click()
        await expect(cards(place).last).to_contain_text(seen)
        await assert_no_overlap(view, "body", 20)
    await assert_axe_is_silent(view)


@pytest.mark.parametrize(("screen", "scheme"), mostly_full(product(SCREENS, ["light", "dark"]), ("laptop", "light")))
async def test_everybody_can_use_home(url: str, view: Page, screen: str, scheme: Literal["light", "dark"]) -> None:
    """Nothing overlaps, and axe has no complaint: in the tab, in a window over it, and where a person is refused."""
    await view.emulate_media(color_scheme=scheme)
    errors = collect_errors(view)
    await view.goto(url)
    if screen != "laptop":
        await view.get_by_role("button", name="Things to try").click()
    await open_home(view)
    await expect(view.get_by_role("status")).to_contain_text("HTTP 200")
    for end in ("tab => tab.scrollTo(0, 0)", "tab => tab.scrollTo(0, tab.scrollHeight)"):
        await home(view).evaluate(end)
        await assert_no_overlap(view, "body", 8)
    await assert_axe_is_silent(view)
    await home(view).get_by_role("button", name="Details").first.click()
    await expect(view.locator("#modal-blocks")).to_contain_text("Harbor Lane Bakery")
    await assert_no_overlap(view, "#modal", 5)
    await assert_axe_is_silent(view)
    await view.keyboard.press("Escape")
    await view.request.post(f"{url}/act", data={"do": "be", "person": "U0BOB"})
    await expect(home(view)).to_contain_text("Not allowed")
    await assert_no_overlap(view, "body", 5)

    assert errors == []


async def assert_axe_is_silent(view: Page) -> None:
    """Assert that axe has no complaint about the page as it is."""
    found = await Axe().run(view)

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]] == []
