"""The page's channel in which port-outs announce themselves, and what the visitor does at Telnyx."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

from sandbox.page.__main__ import open_page
from sandbox.page.server import page_server
from sandbox.page.services.fault_switches import FaultSwitches
from sandbox.page.services.telnyx_actions import TelnyxActions
from sandbox.page.user_actions import UserActions
from sandbox.page.view_state import ViewState
from sandbox.page.workspace import WATCH
from sandbox.serve import serve
from sandbox.slack.sender import SignedSender
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox
from sandbox.telnyx.webhooks import WebhookSender
from tests.sandbox.page.conftest import collect_errors
from tests.sandbox.page.elements import become, cards, channel, thread


@pytest_asyncio.fixture(loop_scope="session")
async def watch(url: str, tabs: BrowserContext) -> AsyncIterator[Page]:
    """The page as it opens, once the watch has begun; at the end its console is empty."""
    view = await tabs.new_page()
    errors = collect_errors(view)
    await view.goto(url)
    await expect(channel(view)).to_contain_text("Port-outs announce themselves here from now on")
    yield view
    assert errors == []


def at_telnyx(page: Page, button: str) -> Locator:
    """A button of Telnyx."""
    return page.get_by_role("navigation").get_by_role("button", name=button)


async def new_message(page: Page) -> Locator:
    """Wait until a port-out is new, and return its message."""
    newest = page.locator("#order option").first
    await expect(newest).to_contain_text("pending, new")
    order_id = await newest.get_attribute("value")
    assert order_id is not None
    return cards(channel(page)).filter(has_text=order_id)


@pytest.mark.full  # a reminder takes a minute
async def test_a_port_out_announces_itself_is_taken_reminded_of_and_authorized(tabs: BrowserContext) -> None:
    """The demo as it opens; nobody asks for anything, and the reminder takes a minute at most."""
    async with AsyncExitStack() as stack:
        page = await tabs.new_page()
        errors = collect_errors(page)
        await page.goto(await open_page(stack, 0, is_demo=True))
        await expect(page.get_by_role("heading", level=1)).to_have_text("# port-outs")
        message = await new_message(page)
        await expect(message).to_contain_text("Waiting for your answer", timeout=10_000)
        await expect(message.locator(".mention")).to_have_text("@number-guards")

        await message.get_by_role("button", name="I'm on it").click()
        await expect(message.locator(".mention").last).to_have_text("@Alice")
        await expect(message).to_contain_text("is on it since")
        await at_telnyx(page, "12 h later").click()
        reminder = cards(thread(page)).nth(1)
        await expect(reminder).to_contain_text("Still waiting for an answer after 12 h", timeout=60_000)
        await expect(reminder.locator(".mention")).to_have_text("@Alice")
        await at_telnyx(page, "Authorize let it go").click()
        await expect(message).to_contain_text("Authorized")
        await expect(message.get_by_role("button", name="I'm on it")).to_have_count(0)
        await expect(cards(thread(page)).nth(2)).to_contain_text("status authorized")

        assert errors == []


async def test_what_happens_at_telnyx_is_in_the_thread_and_changes_the_message(watch: Page) -> None:
    """A comment, another FOC date, and a rejection for the PIN with its warning; what is decided stays decided."""
    await at_telnyx(watch, "Open a port-out").click()
    message = await new_message(watch)
    await expect(message).to_contain_text("none yet; asked for")
    await at_telnyx(watch, "Comment by Telnyx").click()
    lines = cards(thread(watch))
    await expect(lines.nth(1)).to_contain_text("comment by Telnyx staff")
    await at_telnyx(watch, "FOC date a day later").click()
    await expect(lines.nth(2)).to_contain_text("FOC date moved to")
    await expect(message).not_to_contain_text("none yet")
    await at_telnyx(watch, "Reject wrong PIN").click()
    await expect(lines.nth(3)).to_contain_text("status rejected, a PIN was attempted")

    await expect(message).to_contain_text("treat it as attempted theft")
    for button in ("Authorize let it go", "Reject wrong PIN"):
        await expect(at_telnyx(watch, button)).to_be_disabled()
    await watch.get_by_label("This port-out").select_option(index=1)
    await expect(at_telnyx(watch, "Authorize let it go")).to_be_enabled()


async def test_the_buttons_of_telnyx_lead_to_the_watch_and_those_of_alerts_to_theirs(watch: Page) -> None:
    """Where one sees what comes of it."""
    await at_telnyx(watch, "Post an alert").click()
    await expect(watch.get_by_role("heading", level=1)).to_have_text("# port-out-alerts")
    await expect(cards(thread(watch))).to_contain_text("Waiting for your answer")
    await at_telnyx(watch, "Open a port-out").click()
    await expect(watch.get_by_role("heading", level=1)).to_have_text("# port-outs")

    await expect(await new_message(watch)).to_be_in_viewport()


@pytest.mark.full
async def test_a_port_out_is_handed_over_by_those_who_may(watch: Page) -> None:
    """The thread says so; who may not look up is refused."""
    await at_telnyx(watch, "Open a port-out").click()
    message = await new_message(watch)
    for person, holder in (("Alice", "@Alice"), ("Bob", "@Alice"), ("Carol", "@Carol")):
        await become(watch, person)
        await message.get_by_role("button", name="I'm on it").click()
        await expect(channel(watch).locator("article.private")).to_be_visible()
        await expect(message.locator(".mention").last).to_have_text(holder)
    await message.locator(".replies").click()

    await expect(cards(thread(watch)).nth(1)).to_contain_text("@Carol takes over from @Alice")


async def test_a_broadcast_reply_is_drawn_in_the_channel_and_in_its_thread(
    tabs: BrowserContext, http: aiohttp.ClientSession
) -> None:
    """As a reminder is that calls nobody; from the channel one gets to the thread, and who is called is named."""
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    view, switches, webhooks = ViewState(slack), FaultSwitches(slack, telnyx), WebhookSender(http)
    account, sender = TelnyxActions(telnyx.account, webhooks, view), SignedSender(http, "", slack.signing_secret)
    actions = UserActions(sender, view, switches, account, "")
    async with serve(page_server(view, actions, switches, account, telnyx.samples)) as url:
        for text, more in (("the message", {}), ("for <!subteam^S0GUARDS> and <!here>", {"reply_broadcast": "true"})):
            threads = {"thread_ts": slack.channels.messages[WATCH][0]["ts"]} if more else {}
            await slack.channels.answer("chat.postMessage", {"channel": WATCH, "text": text, **more, **threads})
        await view.update()
        page = await tabs.new_page()
        await page.goto(url)
        await expect(cards(channel(page))).to_have_count(2)
        await expect(cards(channel(page)).first.locator(".replies")).to_have_text("1 reply")
        await cards(channel(page)).last.get_by_role("button", name="A reply in a thread").click()

        await expect(cards(thread(page)).first).to_contain_text("the message")
        await expect(cards(thread(page)).last.locator(".mention")).to_have_text(["@number-guards", "@here"])
