"""The messages and threads that the page shows."""

import json
from urllib.parse import unquote

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.elements import NAMES, alert, cards, channel, pick, say, thread


async def test_what_is_sent_is_seen(page: Page) -> None:
    """Though one has scrolled up; and an alert, though its thread takes room."""
    for name in ("pending", "authorized", "rejected"):
        await say(page, f"/portout-event {NAMES[name]}")
    await expect(cards(channel(page))).to_have_count(3)
    await channel(page).evaluate("list => { list.scrollTop = 0; }")
    await say(page, "here I am")
    await expect(channel(page).get_by_text("here I am")).to_be_in_viewport()
    posted = await alert(page, "ported")
    await expect(cards(thread(page))).to_be_visible()

    await expect(posted.locator(".replies")).to_be_in_viewport()
    await posted.locator("summary").click()
    await expect(posted.get_by_text("Delete message")).to_be_in_viewport(ratio=1)


async def test_every_alert_has_a_card_of_its_own(page: Page) -> None:
    """Also where another alert about the same port-out was posted a moment ago."""
    for _ in range(2):
        await alert(page, "pending")
        await expect(cards(thread(page))).to_contain_text("Waiting for your answer")
        await page.get_by_role("button", name="Close the thread").click()


@pytest.mark.full
async def test_a_deleted_message_leaves_its_thread(page: Page) -> None:
    """As long as there is somebody else's word in it; the bot takes its own away."""
    posted = await alert(page, "pending")
    await say(page, "I call them", box="Reply in the thread")
    await expect(thread(page).locator("article.person")).to_be_visible()
    await pick(posted, "Delete message")
    await expect(cards(thread(page))).to_have_count(0)
    await expect(channel(page)).to_contain_text("This message was deleted.")
    await expect(thread(page).locator("article.person")).to_contain_text("I call them")
    await pick(thread(page).locator("article.person"), "Delete message")

    await expect(channel(page).locator("article")).to_have_count(0)


async def test_dates_are_in_the_viewers_zone(page: Page) -> None:
    """Tokyo is nine hours ahead of the fallback in UTC."""
    await say(page, f"/portout-event {NAMES['seed: FOC date changed']}")

    moved = cards(channel(page)).locator("time[title='2021-03-19 10:07 UTC']").first
    await expect(moved).to_have_text("Mar 19, 2021 at 7:07 PM")


async def test_what_is_typed_is_shown_as_it_was_typed(page: Page) -> None:
    """Tags are words; Slack's own marks format."""
    await say(page, "<img src=x onerror=alert(1)> & *bold* `code` <!channel>")

    message = channel(page).locator("article.person .block")
    await expect(message).to_have_text("<img src=x onerror=alert(1)> & bold code <!channel>")
    await expect(message.locator("strong")).to_have_text("bold")
    await expect(message.locator("img")).to_have_count(0)


async def test_a_message_can_be_taken_to_the_block_kit_builder(page: Page) -> None:
    """Its JSON is copied, and a link opens the same there."""
    await say(page, f"/portout-event {NAMES['pending']}")
    card = cards(channel(page))
    await pick(card, "Copy Block Kit JSON")
    copied = json.loads(await page.evaluate("navigator.clipboard.readText()"))
    await card.locator("summary").click()
    link = await card.get_by_text("Open in Block Kit Builder").get_attribute("href")

    assert [block["type"] for block in copied["blocks"]] == ["rich_text", "rich_text", "context", "actions"]
    assert link is not None
    address, _, fragment = link.partition("#")
    assert (address, json.loads(unquote(fragment))) == ("https://app.slack.com/block-kit-builder/", copied)
