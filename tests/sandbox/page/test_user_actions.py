"""What a person does on the page goes through the bot's own HTTP port, as Slack sends it."""

import pytest
from playwright.async_api import Page, expect

from tests.amount import mostly_full
from tests.sandbox.page.elements import NAMES, alert, cards, channel, pick, press_alert, say, thread


@pytest.mark.full
async def test_an_alert_that_comes_again_says_so(page: Page) -> None:
    """While Telnyx fails, the page shows that Slack keeps the alert; then the reply comes."""
    await page.get_by_label("Telnyx", exact=True).select_option("fails (503)")
    await page.get_by_role("button", name="Post an alert").click()
    await expect(page.get_by_role("status")).to_contain_text("HTTP 503", timeout=10_000)
    await expect(page.get_by_role("status")).to_contain_text("delivers the event again in 5 s", timeout=10_000)
    await page.get_by_label("Telnyx", exact=True).select_option("works")

    await expect(cards(thread(page))).to_contain_text("Waiting for your answer", timeout=20_000)


async def test_the_buttons_of_a_private_card(page: Page) -> None:
    """Refresh changes the card in place, History opens a modal, Post shows it to all, masked."""
    await say(page, f"/portout-event {NAMES['rejected-pending']}")
    private = channel(page).locator("article.private")
    await expect(private).to_contain_text("Barnaby Thistlewick")

    await private.get_by_role("button", name="History").click()
    await expect(page.get_by_role("dialog")).to_contain_text("the reason you gave is not one we may pass on")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await private.get_by_role("button", name="Post to channel").click()
    public = channel(page).locator("article.bot:not(.private)")
    await expect(public).to_contain_text("B. T.")
    await expect(public).not_to_contain_text("Barnaby")
    portal = private.first.get_by_role("link", name="Open in Mission Control")
    await expect(portal).to_have_attribute("href", "https://portal.telnyx.com/#/app/numbers/port-outs")
    await page.get_by_label("Telnyx", exact=True).select_option("fails (503)")
    await private.first.get_by_role("button", name="Refresh").click()
    await expect(private.last).to_contain_text("Not refreshed: Telnyx is failing")


async def test_the_buttons_of_a_reply_to_an_alert(page: Page) -> None:
    """Details are for the one who presses; Refresh changes what all see; History is a modal."""
    await alert(page, "pending")
    reply = cards(thread(page)).first
    await expect(reply).to_contain_text("•••• 0142")

    await reply.get_by_role("button", name="Details").click()
    details = thread(page).locator("article.private")
    await expect(details).to_contain_text("Wilhelmina Quartz")
    await reply.get_by_role("button", name="Refresh").click()
    await expect(cards(thread(page))).to_have_count(2)
    await reply.get_by_role("button", name="History").click()
    await expect(page.get_by_role("dialog")).to_contain_text("status pending")
    await page.get_by_role("button", name="Close the window").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "sample"),
    [("Post an alert", "pending"), ("With an attachment", "rejected"), ("One that is edited", "FOC date changed")],
)
async def test_an_alert_is_enriched_edited_and_deleted(page: Page, button: str, sample: str) -> None:
    """Each button has an event of its own; there is one reply, which follows what happens to the alert."""
    posted = await press_alert(page, button)
    await expect(cards(thread(page))).to_contain_text(NAMES[sample])

    if button == "Post an alert":
        await pick(posted, "Edit message")
        await say(page, f"Rather {NAMES['ported']}")
        await expect(cards(thread(page))).to_contain_text(NAMES["ported"])
        await expect(posted).to_contain_text("(edited)")
    await pick(posted, "Delete message")
    await expect(channel(page).locator("article")).to_have_count(0)


async def test_the_shortcut_finds_ids_in_any_message(page: Page) -> None:
    """Picked from the menu of what a person wrote, and answered to that person alone."""
    posted = await press_alert(page, "With an attachment")
    await pick(posted, "Look up port-outs")

    await expect(channel(page).locator("article.private")).to_contain_text(NAMES["rejected"])
    await expect(page.get_by_role("status")).to_contain_text("HTTP 200")


async def test_a_mention_is_answered_in_its_thread(page: Page) -> None:
    """Where slash commands don't work, as the page says."""
    await alert(page, "pending")
    await say(page, f"/portout-event {NAMES['ported']}", box="Reply in the thread")
    await expect(thread(page).locator("article.slackbot")).to_contain_text("doesn't work in threads")
    await say(page, f"@Port-out {NAMES['ported']}", box="Reply in the thread")

    await expect(cards(thread(page)).last).to_contain_text("Ported")
    await expect(thread(page).locator("article.person .mention")).to_have_text("@Port-out")


@pytest.mark.parametrize(
    ("service", "fault", "seen"),
    mostly_full(
        [
            ("Telnyx", "takes 3 s", "Still looking up"),
            ("Telnyx", "takes 10 s", "took too long"),
            ("Telnyx", "refuses our key (401)", "Telnyx refused our key"),
            ("Telnyx", "fails (503)", "Telnyx is failing"),
            ("Telnyx", "hangs up", "Telnyx is failing"),
            ("Telnyx", "knows no id (404)", "No port-out has this id"),
            ("Telnyx", "wants us to wait (429)", "Telnyx"),
            ("Slack", "fails (503)", "Perhaps posted"),
            ("Slack", "wants us to wait (429)", "Not posted: Slack takes no more posts"),
        ],
        ("Telnyx", "fails (503)", "Telnyx is failing"),
        ("Slack", "fails (503)", "Perhaps posted"),
    ),
)
async def test_what_is_broken_is_told(page: Page, service: str, fault: str, seen: str) -> None:
    """A fault switched on shows the person's text for it; switched off, the card is back."""
    await page.get_by_label(service, exact=True).select_option(fault)
    await say(page, f"/portout-event {NAMES['pending']}")
    if service == "Slack":
        # The card needs no call of Slack's; posting it does.
        await channel(page).get_by_role("button", name="Post to channel").click()
        await expect(channel(page).locator("article.private").nth(1)).to_contain_text(seen, timeout=20_000)
    else:
        await expect(channel(page).locator("article.private", has_text=seen).first).to_be_visible(timeout=20_000)
    await page.get_by_label(service, exact=True).select_option("works")
    await say(page, f"/portout-event {NAMES['rejected']}")

    await expect(cards(channel(page)).last).to_contain_text("Octavia Fennimore")
