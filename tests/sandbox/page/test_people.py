"""The privacy rules, as one sees them on the page: whom one is, and in which channel."""

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.elements import NAMES, alert, become, cards, channel, enter, pick, press_alert, say, thread

DESK = "Message #porting-desk"


@pytest.mark.full
async def test_who_is_without_details_sees_masked_cards(page: Page) -> None:
    """In private answers, too; *Details* is refused."""
    await press_alert(page, "Post an alert")
    await become(page, "Carol")
    await say(page, f"/portout-event {NAMES['pending']}")
    private = channel(page).locator("article.private")
    await expect(private).to_contain_text(NAMES["pending"])
    await expect(private).to_contain_text("W. Q.")
    await expect(private).not_to_contain_text("Wilhelmina")
    await cards(thread(page)).get_by_role("button", name="Details").click()

    refusal = thread(page).locator("article.private")
    await expect(refusal).to_be_visible()
    await expect(refusal).not_to_contain_text(NAMES["pending"])
    await become(page, "Alice")
    await cards(thread(page)).get_by_role("button", name="Details").click()
    await expect(thread(page).locator("article.private")).to_contain_text("Wilhelmina")


async def test_who_is_not_allowed_is_refused(page: Page) -> None:
    """Privately, with no port-out; nothing answers their messages in the alert channel."""
    await become(page, "Bob")
    await say(page, f"What of {NAMES['ported']}?")
    await expect(page.get_by_role("status")).to_contain_text("HTTP 200")
    await say(page, f"/portout-event {NAMES['pending']}")
    await expect(channel(page).locator("article.private")).to_have_count(1)
    await say(page, f"@Port-out {NAMES['pending']}")
    await expect(channel(page).locator("article.private")).to_have_count(2)
    await become(page, "Alice")
    await alert(page, "canceled")

    await become(page, "Bob")
    await cards(thread(page)).get_by_role("button", name="Refresh").click()
    await expect(thread(page).locator("article.private")).to_be_visible()
    shown = [*await cards(channel(page)).all_inner_texts(), *await cards(thread(page)).all_inner_texts()]
    assert len(shown) == 4
    assert not [text for text in shown if NAMES["pending"] in text or NAMES["ported"] in text]
    await expect(channel(page).locator("article.person .replies")).to_have_count(0)


@pytest.mark.full
async def test_who_is_of_another_company_gets_nothing(page: Page) -> None:
    """No answer to a mention or a message, refusals of buttons, and neither command nor shortcut from Slack."""
    posted = await press_alert(page, "Post an alert")
    await become(page, "Dave")
    await say(page, f"What of {NAMES['rejected']}?")
    await say(page, f"@Port-out {NAMES['ported']}", box="Reply in the thread")
    await cards(thread(page)).get_by_role("button", name="Details").click()
    refusal = thread(page).locator("article.private.bot")
    await expect(refusal).to_be_visible()
    await expect(refusal).not_to_contain_text(NAMES["pending"])
    await say(page, f"/portout-event {NAMES['pending']}")
    await expect(channel(page).locator("article.slackbot")).to_contain_text("of the company that installed the app")
    await pick(posted, "Look up port-outs")
    await expect(channel(page).locator("article.slackbot")).to_have_count(2)
    await become(page, "Alice")
    await say(page, f"@Port-out {NAMES['canceled']}", box="Reply in the thread")

    await expect(cards(thread(page))).to_have_count(2)
    await expect(cards(thread(page)).last).to_contain_text(NAMES["canceled"])
    await expect(channel(page).locator("article.person .replies")).to_have_count(0)


async def test_what_one_sees_privately_nobody_else_sees(page: Page) -> None:
    """Private cards and a modal go with the person, also in another tab; one edits only what one wrote oneself."""
    await say(page, "hello")
    written = channel(page).locator("article.person")
    await expect(written.locator(".by strong")).to_have_text("You")
    await say(page, f"/portout-event {NAMES['pending']}")
    private = channel(page).locator("article.private")
    await private.get_by_role("button", name="History").click()
    await expect(page.get_by_role("dialog")).to_be_visible()

    other = await page.context.new_page()
    await other.goto(page.url)
    await become(other, "Carol")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(written.locator(".by strong")).to_have_text("Alice")
    await expect(private).to_have_count(0)
    await expect(written.get_by_text("Edit message")).to_have_count(0)
    await become(page, "Alice")
    await expect(private).to_have_count(1)
    await expect(written.get_by_text("Edit message")).to_have_count(1)


async def test_the_bot_posts_in_another_channel_only_when_it_is_told_to(page: Page) -> None:
    """No answer to an alert, none about a port-out to a mention; a card only once one has confirmed it."""
    await enter(page, "porting-desk")
    await page.get_by_role("button", name="Post an alert").click()
    await expect(page.get_by_role("status")).to_contain_text("HTTP 200")
    await say(page, f"@Port-out {NAMES['ported']}", box=DESK)
    mention = channel(page).locator("article.person")
    await mention.locator(".replies").click()
    await expect(cards(thread(page))).to_be_visible()
    await expect(cards(thread(page))).not_to_contain_text(NAMES["ported"])
    await say(page, f"/portout-event {NAMES['canceled']}", box=DESK)
    public = channel(page).locator("article.bot:not(.private)")
    for answer in ("Cancel", "Post"):
        await channel(page).locator("article.private").get_by_role("button", name="Post to channel").click()
        question = page.locator("#question")
        await expect(question).to_contain_text("other companies")
        await expect(public).to_have_count(0)
        await question.get_by_role("button", name=answer, exact=True).click()

    await expect(public).to_contain_text(NAMES["canceled"])
    await expect(channel(page).locator("article.tool .replies")).to_have_count(0)
    await enter(page, "port-out-alerts")
    await expect(channel(page).locator("article")).to_have_count(0)


async def test_a_channel_has_its_own_draft(page: Page) -> None:
    """Kept when one goes to another, and the channel when the page is loaded again."""
    await page.get_by_label("Message #port-out-alerts").fill("for the alerts")
    await enter(page, "porting-desk")
    await expect(page.get_by_label(DESK)).to_have_value("")
    await page.get_by_label(DESK).fill("for the desk")
    await page.reload()
    await expect(page.get_by_label(DESK)).to_have_value("for the desk")
    await enter(page, "port-out-alerts")

    await expect(page.get_by_label("Message #port-out-alerts")).to_have_value("for the alerts")
