"""What a person can do and see on the page; all of it goes through the bot's own HTTP port."""

import asyncio
import json
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.page.__main__ import FIRST_ALERT, open_page
from sandbox.telnyx.samples import samples

ROOT = Path(__file__).parents[3]
NAMES = samples(datetime.now(UTC)).names


def channel(page: Page) -> Locator:
    """The channel."""
    return page.get_by_role("log", name="Channel")


def thread(page: Page) -> Locator:
    """The open thread."""
    return page.get_by_role("log", name="Thread")


def cards(place: Locator) -> Locator:
    """The bot's messages there."""
    return place.locator("article.bot")


async def say(page: Page, text: str, *, box: str = "Message #port-out-alerts") -> None:
    """Type something and send it."""
    await page.get_by_label(box).fill(text)
    await page.get_by_label(box).press("Enter")


async def pick(message: Locator, item: str) -> None:
    """Pick something from a message's menu."""
    await message.locator("summary").click()
    await message.get_by_text(item, exact=True).click()


async def alert(page: Page, sample: str, button: str = "Post an alert") -> Locator:
    """Post about a sample as the monitoring tool; returns the message once the bot has replied."""
    before = await channel(page).locator("article.tool").count()
    await page.get_by_role("navigation").get_by_role("button", name=sample, exact=True).click()
    await page.get_by_role("button", name=button).click()
    posted = channel(page).locator("article.tool").nth(before)
    await expect(posted.locator(".replies")).to_have_text("1 reply")
    return posted


@pytest.mark.parametrize(
    ("sample", "first_line"),
    [
        ("pending", "Waiting for your answer · 2 numbers to Orchid Wireless"),
        ("new comment", "New comment on a port-out"),
        ("FOC date changed", "FOC date moved to"),
        ("unknown type", "portout.document_added"),
        ("an id that Telnyx does not know", "No port-out with this id"),
    ],
)
async def test_an_id_picked_and_sent_is_a_card(page: Page, sample: str, first_line: str) -> None:
    """A click pastes the command, Enter sends it, and the answer is for that person alone."""
    if not await page.get_by_role("button", name=sample, exact=True).is_visible():
        await page.get_by_text("Orders, and odd ones").click()
    await page.get_by_role("button", name=sample, exact=True).click()
    await page.keyboard.press("Enter")

    await expect(cards(channel(page))).to_contain_text(first_line)
    await expect(cards(channel(page))).to_contain_text("Only visible to you")
    await expect(page.get_by_role("status")).to_contain_text("HTTP 200")


async def test_the_command_is_completed(page: Page) -> None:
    """By Tab, as Slack does."""
    box = page.get_by_label("Message #port-out-alerts")
    await box.fill("/por")
    await expect(page.get_by_role("button", name="/portout-event")).to_be_visible()
    await box.press("Tab")

    await expect(box).to_have_value("/portout-event ")


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


async def test_the_page_opens_with_an_alert_and_its_card(opened: Browser) -> None:
    """Before anything is read or clicked."""
    async with AsyncExitStack() as stack:
        view = await opened.new_page()
        await view.goto(await open_page(stack, 0, first_alert=FIRST_ALERT))

        await expect(channel(view).locator("article.tool .replies")).to_have_text("1 reply")
        await expect(cards(thread(view))).to_contain_text("Was pending at the event, is now authorized")


async def test_a_second_enter_sends_nothing(page: Page) -> None:
    """People press twice."""
    box = page.get_by_label("Message #port-out-alerts")
    await box.fill("hello")
    await box.press("Enter")
    await box.press("Enter")
    await say(page, "goodbye")

    await expect(channel(page).locator("article.person .block")).to_have_text(["hello", "goodbye"])


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


async def test_a_draft_stays_with_its_thread(page: Page) -> None:
    """No other thread opens over it, and none gets it."""
    first = await alert(page, "pending")
    await page.get_by_role("button", name="ported", exact=True).click()
    await page.get_by_label("Reply in the thread").fill("my answer")
    await page.get_by_role("button", name="Post an alert").click()
    second = channel(page).locator("article.tool").nth(1)
    await expect(second.locator(".replies")).to_have_text("1 reply")
    await expect(cards(thread(page))).to_contain_text("Waiting for your answer")
    await second.locator(".replies").click()
    await expect(page.get_by_label("Reply in the thread")).to_have_value("")
    await first.locator(".replies").click()

    await expect(page.get_by_label("Reply in the thread")).to_have_value("my answer")


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


async def test_an_alert_about_what_was_shown_leads_there(page: Page) -> None:
    """The link to the earlier reply opens its thread here."""
    await alert(page, "pending")
    await page.get_by_role("button", name="Close the thread").click()
    await alert(page, "pending")
    await expect(cards(thread(page))).not_to_contain_text("Waiting for your answer")
    await cards(thread(page)).get_by_role("link").click()

    await expect(cards(thread(page))).to_contain_text("Waiting for your answer")


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


async def test_a_fault_shows_wherever_one_looks(page: Page, url: str) -> None:
    """In the channel's head, and on another tab."""
    other = await page.context.new_page()
    await other.goto(url)
    await page.get_by_label("Telnyx", exact=True).select_option("takes 3 s")

    await expect(other.get_by_label("Telnyx", exact=True)).to_have_value("takes 3 s")
    await expect(other.locator("main header")).to_contain_text("Telnyx takes 3 s")


async def test_a_phone_shows_one_thing_at_a_time(url: str, opened: Browser) -> None:
    """What is covered can't be reached; what is edited is edited where it is seen."""
    view = await opened.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    await view.goto(url)
    await view.get_by_role("button", name="Things to try").click()
    await view.mouse.click(380, 400)
    await expect(view.get_by_role("button", name="Post an alert")).to_be_hidden()
    await view.get_by_role("button", name="Things to try").click()
    await view.get_by_role("button", name="Post an alert").click()
    await expect(cards(thread(view))).to_be_visible()
    assert await view.locator("main").evaluate("main => main.inert")
    await pick(thread(view).locator("article.tool"), "Edit message")

    await expect(view.get_by_label("Reply in the thread")).to_be_focused()
    await expect(view.get_by_label("Reply in the thread")).to_have_value(re.compile("port-out event"))


async def test_an_alert_that_comes_again_says_so(page: Page) -> None:
    """While Telnyx fails, the page shows that Slack keeps the alert; then the reply comes."""
    await page.get_by_label("Telnyx", exact=True).select_option("fails (503)")
    await page.get_by_role("button", name="Post an alert").click()
    await expect(page.get_by_role("status")).to_contain_text("HTTP 503", timeout=10_000)
    await expect(page.get_by_role("status")).to_contain_text("delivers the event again in 5 s", timeout=10_000)
    await page.get_by_label("Telnyx", exact=True).select_option("works")

    await expect(cards(thread(page))).to_contain_text("Waiting for your answer", timeout=20_000)


async def test_the_focus_stays_on_a_button_that_was_pressed(page: Page) -> None:
    """Though the card that it is on is drawn anew."""
    await say(page, f"/portout-event {NAMES['pending']}")
    await page.get_by_label("Telnyx", exact=True).select_option("fails (503)")
    refresh = cards(channel(page)).get_by_role("button", name="Refresh")
    await refresh.focus()
    await page.keyboard.press("Enter")
    await expect(cards(channel(page))).to_contain_text("Telnyx is failing")

    await expect(refresh).to_be_focused()


async def test_dates_are_in_the_viewers_zone(page: Page) -> None:
    """Tokyo is nine hours ahead of the fallback in UTC."""
    await say(page, f"/portout-event {NAMES['seed: FOC date changed']}")

    moved = cards(channel(page)).locator("time[title='2021-03-19 10:07 UTC']").first
    await expect(moved).to_have_text("Mar 19, 2021 at 7:07 PM")


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
    await expect(private.first).to_contain_text("Telnyx is failing")


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


@pytest.mark.parametrize("button", ["Post an alert", "With an attachment", "One that is edited"])
async def test_an_alert_is_enriched_edited_and_deleted(page: Page, button: str) -> None:
    """One reply, which follows what happens to the alert."""
    posted = await alert(page, "canceled", button)
    await expect(cards(thread(page))).to_contain_text("Canceled")

    if button == "Post an alert":
        await pick(posted, "Edit message")
        await say(page, f"Rather {NAMES['ported']}")
        await expect(cards(thread(page))).to_contain_text("Ported")
        await expect(posted).to_contain_text("(edited)")
    await pick(posted, "Delete message")
    await expect(channel(page).locator("article")).to_have_count(0)


async def test_the_shortcut_finds_ids_in_any_message(page: Page) -> None:
    """Picked from the menu of what a person wrote, and answered to that person alone."""
    posted = await alert(page, "ported", "With an attachment")
    await pick(posted, "Look up port-outs")

    await expect(channel(page).locator("article.private")).to_contain_text("Ported")
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
    [
        ("Telnyx", "takes 3 s", "Still looking up"),
        ("Telnyx", "refuses our key (401)", "Telnyx refused our key"),
        ("Telnyx", "fails (503)", "Telnyx is failing"),
        ("Telnyx", "hangs up", "Telnyx is failing"),
        ("Telnyx", "knows no id (404)", "No port-out with this id"),
        ("Telnyx", "wants us to wait (429)", "Telnyx"),
        ("Slack", "fails (503)", "Perhaps posted"),
        ("Slack", "wants us to wait (429)", "Perhaps posted"),
    ],
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
        await expect(cards(channel(page)).first).to_contain_text(seen)
    await page.get_by_label(service, exact=True).select_option("works")
    await say(page, f"/portout-event {NAMES['rejected']}")

    await expect(cards(channel(page)).last).to_contain_text("Octavia Fennimore")


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_everybody_can_use_it(url: str, opened: Browser, scheme: str, width: int) -> None:
    """No complaint of axe about names, roles or contrast: with a card, a thread and a menu, on a phone too."""
    view = await opened.new_page(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    await view.goto(url)
    if width < 900:
        await view.get_by_role("button", name="Things to try").click()
        await view.get_by_role("button", name="Close the things to try").click()
        await expect(view.get_by_role("button", name="Post an alert")).to_be_hidden()
        await view.get_by_role("button", name="Things to try", exact=False).first.click()
    await view.get_by_role("button", name="Post an alert").click()
    await expect(cards(thread(view))).to_contain_text("Waiting for your answer")
    if width < 900:
        await view.get_by_role("button", name="Close the thread").click()
    await say(view, f"/portout-event {NAMES['new comment']}")
    await expect(channel(view).locator("article.private")).to_be_visible()
    await channel(view).locator("summary").first.click()

    found = await Axe().run(view)

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]] == []


async def test_the_keyboard_is_enough(page: Page) -> None:
    """From the top: to a sample, to its card, to its first button, into the modal and out."""
    first = page.get_by_role("button", name="pending", exact=True)
    await expect(first).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(first).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(cards(channel(page))).to_be_visible()
    await channel(page).focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="History")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_port_that_is_taken_is_no_obstacle() -> None:
    """The page says where it is instead."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        async with AsyncExitStack() as stack, aiohttp.ClientSession() as session:
            url = await open_page(stack, other.getsockname()[1])
            async with session.get(url) as answer:
                text = await answer.text()

    assert "Port-out, without Slack" in text


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"do": "say", "text": "hello"}', "application/json", 204),
        (b'{"do": "say", "text": "hello"}', "text/plain", 415),
        (b'{"do": "dance"}', "application/json", 400),
        (b'{"do": "delete", "entry": "none"}', "application/json", 400),
        (b'{"do": "break", "service": "Telnyx", "fault": "none"}', "application/json", 400),
    ],
)
async def test_the_page_does_only_what_it_can(body: bytes, content_type: str, status: int) -> None:
    """Another site's form can't act, and nonsense is refused."""
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as session:
        url = await open_page(stack, 0)
        async with session.post(f"{url}/act", data=body, headers={"content-type": content_type}) as answer:
            assert answer.status == status


async def test_the_command_says_where_the_page_is_and_ends_well() -> None:
    """As a newcomer starts it, and as Ctrl-C ends it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.page", "--no-browser", "--port", "0"), cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        said = (await process.stdout.readline()).decode()
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/", said)
        async with session.get(url) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()

    assert (process.returncode, errors) == (0, b"")
