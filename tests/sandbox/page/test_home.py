"""The Home tab on the page, and what finds a port-out without its id."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.telnyx.orders import APPROVED, OVER_24_H, WAITING
from tests.amount import mostly_full
from tests.sandbox.page.elements import NAMES, alert, become, cards, channel, home, open_home, thread

LOOKED_UP = re.compile(r"Looked up .*?(\d+:\d+:\d+)")
LATER = "time => !new Date().toLocaleTimeString('en-US').startsWith(time)"
"""Whether it is another second by now."""


async def looked_up(page: Page) -> str:
    """Return the time at which the tab says that its lists were looked up."""
    await expect(home(page)).to_contain_text(LOOKED_UP)
    (time,) = LOOKED_UP.findall(await home(page).inner_text())
    return str(time)


def window(page: Page) -> Locator:
    """The window that is open."""
    return page.get_by_role("dialog")


async def test_home_shows_what_waits_and_what_leaves(page: Page) -> None:
    """In the place of the channel, whose composer is gone; a channel comes back."""
    await open_home(page)

    await expect(home(page)).to_contain_text("3 wait for your answer")
    await expect(home(page)).to_contain_text("1 leaves")
    await expect(home(page)).to_contain_text("+1 312-555-0142")
    await expect(channel(page)).to_be_hidden()
    await expect(page.get_by_role("textbox")).to_have_count(0)
    await page.get_by_role("navigation").get_by_role("button", name="# port-outs").click()
    await expect(channel(page)).to_be_visible()
    await expect(home(page)).to_be_hidden()


async def test_the_buttons_of_home_open_windows(page: Page) -> None:
    """*Details* the card in full, whose own *History* is put on it; *History* the events of the order."""
    await open_home(page)
    await home(page).get_by_role("button", name="Details").first.click()
    await expect(window(page)).to_contain_text("Harbor Lane Bakery")
    await window(page).get_by_role("button", name="History").click()
    # The card has the same event: the history is there when the card is not.
    await expect(window(page)).not_to_contain_text("Harbor Lane Bakery")
    await expect(window(page)).to_contain_text("status pending")
    await page.keyboard.press("Escape")
    await expect(window(page)).to_contain_text("Harbor Lane Bakery")
    await page.keyboard.press("Escape")
    await expect(window(page)).to_be_hidden()

    await home(page).get_by_role("button", name="History").first.click()
    await expect(window(page)).to_contain_text("status pending")
    await expect(window(page)).not_to_contain_text("Harbor Lane Bakery")


@pytest.mark.full
async def test_a_card_in_a_window_is_refreshed_there(page: Page) -> None:
    """A failure stands above the card, which stays."""
    await open_home(page)
    await home(page).get_by_role("button", name="Details").first.click()
    await expect(window(page)).to_contain_text("Harbor Lane Bakery")
    fault = {"do": "break", "service": "Telnyx", "fault": "fails (503)"}
    await page.request.post(f"{page.url}act", data=fault)
    await window(page).get_by_role("button", name="Refresh").click()

    await expect(window(page)).to_contain_text("Not refreshed: Telnyx is failing")
    await expect(window(page)).to_contain_text("Harbor Lane Bakery")


async def test_refresh_renews_home(page: Page) -> None:
    """Its time, and what waits by now; the focus stays on the button."""
    await open_home(page)
    before = await looked_up(page)
    await page.get_by_role("navigation").get_by_role("button", name="Open a port-out").click()
    await expect(page.locator("#order option", has_text="new")).to_have_count(1)
    await open_home(page)
    await expect(home(page)).to_contain_text("3 wait for your answer")
    await page.wait_for_function(LATER, arg=before)
    refresh = home(page).get_by_role("button", name="Refresh")
    await refresh.focus()
    await page.keyboard.press("Enter")

    await expect(home(page)).to_contain_text("4 wait for your answer")
    await expect(home(page)).not_to_contain_text(f" {before} ")
    await expect(refresh).to_be_focused()


@pytest.mark.full
async def test_home_has_pages(page: Page) -> None:
    """*Later* and *Earlier* turn those of one list, in the tab itself."""
    for _ in range(18):
        await page.request.post(f"{page.url}act", data={"do": "open"})
    await open_home(page)
    rows = home(page).get_by_role("button", name="Details")
    await expect(home(page)).to_contain_text("21 wait for your answer")
    await expect(rows).to_have_count(20 + 1)
    await home(page).get_by_role("button", name="Later").click()
    await expect(rows).to_have_count(1 + 1)
    await home(page).get_by_role("button", name="Earlier").click()

    await expect(rows).to_have_count(20 + 1)
    await expect(window(page)).to_be_hidden()


@pytest.mark.full
async def test_home_says_since_when_its_lists_are(page: Page) -> None:
    """While Telnyx fails."""
    await open_home(page)
    await looked_up(page)
    await page.get_by_label("Telnyx", exact=True).select_option("fails (503)")
    await home(page).get_by_role("button", name="Refresh").click()

    await expect(home(page).get_by_text("Not newer: Telnyx is failing").first).to_be_visible(timeout=20_000)
    await expect(home(page)).to_contain_text("3 wait for your answer")


async def test_home_is_each_persons_own(page: Page) -> None:
    """It opens for whom one becomes: masked, refused, or not offered; also when the page is loaded again."""
    await open_home(page)
    await expect(home(page)).to_contain_text("+1 312-555-0142")
    await become(page, "Carol")
    await expect(home(page)).to_contain_text("•••• 0142")
    await expect(home(page)).not_to_contain_text("+1 312-555-0142")
    await become(page, "Bob")
    await expect(home(page)).to_contain_text("Not allowed")
    await page.reload()
    await expect(home(page)).to_contain_text("Not allowed")
    await expect(home(page)).not_to_contain_text("wait for your answer")
    await become(page, "Dave")

    await expect(home(page)).to_contain_text("only to people of the company that installed the app")
    await expect(home(page).get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize(
    ("sample", "typed", "found"),
    mostly_full(
        [
            ("support key", "PO_7cc585", APPROVED),
            ("phone number", "(312) 555-0142", WAITING),
            ("PON", "pon QFM-00322", OVER_24_H),
            ("all that wait", "pending", "3 port-outs wait for your answer"),
        ],
        "support key",
        "all that wait",
    ),
)
async def test_what_people_have_finds_a_port_out(page: Page, sample: str, typed: str, found: str) -> None:
    """A click types it into the command, in the place of another sample, also from the Home tab; Enter sends it."""
    await open_home(page)
    for name in ("PON" if sample == "support key" else "support key", sample):
        await page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_label("Message #port-out-alerts")).to_have_value(f"/portout-event {typed}")
    await page.keyboard.press("Enter")

    await expect(cards(channel(page))).to_contain_text(found)
    await expect(cards(channel(page))).to_contain_text("Only visible to you")


async def test_a_key_is_for_alerts_too_and_a_pon_for_the_command_only(page: Page) -> None:
    """Also where one writes in a thread, where a key becomes a mention."""
    await alert(page, "support key")
    await expect(cards(thread(page))).to_contain_text("PO_7cc585")
    await page.get_by_label("Reply in the thread").click()
    await page.get_by_role("button", name="support key", exact=True).click()
    await expect(page.get_by_label("Reply in the thread")).to_have_value("@Port-out PO_7cc585")
    await page.get_by_role("button", name="all that wait", exact=True).click()

    await expect(page.get_by_label("Reply in the thread")).to_have_value("@Port-out PO_7cc585")
    await expect(page.get_by_label("Message #port-out-alerts")).to_have_value("/portout-event pending")
    await expect(page.get_by_role("button", name="One about support key")).to_be_visible()


async def test_an_alert_from_home_is_seen_in_its_channel(page: Page) -> None:
    """Home has no messages."""
    await open_home(page)
    await page.get_by_role("button", name="Post an alert").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("# port-out-alerts")
    await expect(cards(thread(page))).to_contain_text(NAMES["pending"])
