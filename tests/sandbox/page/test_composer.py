"""What is typed into the page's composers: drafts, edits, samples and completed commands."""

import pytest
from playwright.async_api import Page, expect

from tests.amount import mostly_full
from tests.sandbox.page.elements import NAMES, alert, cards, channel, pick, press_alert, say, thread


@pytest.mark.parametrize(
    ("sample", "shown_id"),
    mostly_full(
        [
            *((name, NAMES[name]) for name in ("pending", "new comment", "FOC date changed", "unknown type")),
            ("an id that Telnyx does not know", "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"),
        ],
        "pending",
        "an id that Telnyx does not know",
    ),
)
async def test_an_id_picked_and_sent_is_a_card(page: Page, sample: str, shown_id: str) -> None:
    """A click pastes the command, Enter sends it, and the answer is for that person alone."""
    if not await page.get_by_role("button", name=sample, exact=True).is_visible():
        await page.get_by_text("Orders, and odd ones").click()
    await page.get_by_role("button", name=sample, exact=True).click()
    await page.keyboard.press("Enter")

    await expect(cards(channel(page))).to_contain_text(shown_id)
    await expect(cards(channel(page))).to_contain_text("Only visible to you")
    await expect(page.get_by_role("status")).to_contain_text("HTTP 200")


async def test_the_command_is_completed(page: Page) -> None:
    """By Tab, as Slack does."""
    box = page.get_by_label("Message #port-out-alerts")
    await box.fill("/por")
    await expect(page.get_by_role("button", name="/portout-event")).to_be_visible()
    await box.press("Tab")

    await expect(box).to_have_value("/portout-event ")


@pytest.mark.full
async def test_what_was_begun_as_an_edit_is_not_sent_as_one_from_elsewhere(page: Page) -> None:
    """A sample picked meanwhile is a command, and a reply is a reply."""
    posted = await alert(page, "pending")
    await pick(posted, "Edit message")
    await page.get_by_role("button", name="ported", exact=True).click()
    await page.keyboard.press("Enter")
    await expect(channel(page).locator("article.private")).to_contain_text("Ported")
    await pick(posted, "Edit message")
    await say(page, "a reply", box="Reply in the thread")

    await expect(thread(page).locator("article.person")).to_contain_text("a reply")
    await expect(posted).not_to_contain_text("(edited)")


async def test_a_second_enter_sends_nothing(page: Page) -> None:
    """People press twice."""
    box = page.get_by_label("Message #port-out-alerts")
    await box.fill("hello")
    await box.press("Enter")
    await box.press("Enter")
    await say(page, "goodbye")

    await expect(channel(page).locator("article.person .block")).to_have_text(["hello", "goodbye"])


async def test_a_draft_stays_with_its_thread(page: Page) -> None:
    """No other thread opens over it, and none gets it."""
    first = await alert(page, "pending")
    await page.get_by_label("Reply in the thread").fill("my answer")
    await page.get_by_role("button", name="With an attachment").click()
    second = channel(page).locator("article.tool").nth(1)
    await expect(second.locator(".replies")).to_have_text("1 reply")
    await expect(cards(thread(page))).to_contain_text("Waiting for your answer")
    await second.locator(".replies").click()
    await expect(page.get_by_label("Reply in the thread")).to_have_value("")
    await first.locator(".replies").click()

    await expect(page.get_by_label("Reply in the thread")).to_have_value("my answer")


@pytest.mark.full
async def test_a_reload_keeps_the_drafts(page: Page) -> None:
    """Of the channel and of the thread, which stays open; what was sent is no draft, nor is an edit."""
    first = await press_alert(page, "Post an alert")
    await press_alert(page, "With an attachment")
    await say(page, "a message")
    await page.get_by_label("Message #port-out-alerts").fill("my question")
    await page.get_by_label("Reply in the thread").fill("my answer")
    await first.locator(".replies").click()
    await say(page, "a reply", box="Reply in the thread")
    await page.get_by_label("Reply in the thread").fill("another answer")
    await pick(channel(page).locator("article.person"), "Edit message")
    await page.reload()

    await expect(page.get_by_label("Message #port-out-alerts")).to_have_value("my question")
    await expect(thread(page)).to_contain_text(NAMES["pending"])
    await expect(page.get_by_label("Reply in the thread")).to_have_value("another answer")
    await channel(page).locator("article.tool .replies").nth(1).click()
    await expect(page.get_by_label("Reply in the thread")).to_have_value("my answer")
    await page.get_by_role("button", name="Close the thread").click()
    await page.reload()
    await expect(channel(page).locator("article.tool")).to_have_count(2)
    await expect(thread(page)).to_be_hidden()


async def test_a_sample_goes_where_one_writes(page: Page) -> None:
    """Into the middle of a sentence, and into a thread as a mention."""
    await alert(page, "pending")
    await page.get_by_label("Message #port-out-alerts").fill("Look at , Alice")
    for _ in range(len(", Alice")):
        await page.keyboard.press("ArrowLeft")
    await page.get_by_role("button", name="ported", exact=True).click()
    await expect(page.get_by_label("Message #port-out-alerts")).to_have_value(f"Look at {NAMES['ported']} , Alice")
    await page.get_by_label("Reply in the thread").click()
    await page.get_by_role("button", name="ported", exact=True).click()
    await page.keyboard.press("Enter")

    await expect(cards(thread(page)).last).to_contain_text("Ported")


@pytest.mark.full
async def test_no_sample_takes_the_place_of_words(page: Page) -> None:
    """Only an id that was put there before makes way."""
    box = page.get_by_label("Message #port-out-alerts")
    sample = page.get_by_role("button", name="ported", exact=True)
    await page.get_by_role("button", name="pending", exact=True).click()
    await sample.click()
    await expect(box).to_have_value(f"/portout-event {NAMES['ported']}")
    await box.fill("@Port-out what of this:")
    await sample.click()
    await expect(box).to_have_value(f"@Port-out what of this: {NAMES['ported']}")
    await say(page, "a message")
    await pick(channel(page).locator("article.person"), "Edit message")
    await box.press_sequentially(" about")
    await sample.click()

    await expect(box).to_have_value(f"a message about {NAMES['ported']}")


@pytest.mark.full
async def test_what_is_edited_may_go_away(page: Page) -> None:
    """Then nothing is left to be sent; Cancel brings back what was begun."""
    await say(page, "a message")
    posted = channel(page).locator("article.person")
    box = page.get_by_label("Message #port-out-alerts")
    await box.fill("a draft")
    await pick(posted, "Edit message")
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(box).to_have_value("a draft")
    await pick(posted, "Edit message")
    await pick(posted, "Delete message")

    await expect(box).to_have_value("a draft")
    await expect(page.locator("#composer .editing")).to_be_hidden()
