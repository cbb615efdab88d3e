"""The page as a whole: its start and end, its layout, its accessibility, and what its server refuses."""

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import product
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from sandbox.page.__main__ import open_page
from sandbox.telnyx.orders import GONE, WAITING
from tests.amount import mostly_full
from tests.sandbox.page.conftest import bot_here
from tests.sandbox.page.elements import IN_ALERTS, NAMES, cards, channel, enter, pick, say, thread

ROOT = Path(__file__).parents[3]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def unseen() -> AsyncIterator[str]:
    """The address of a page that nobody looks at, which may be left as it was not before."""
    async with AsyncExitStack() as stack:
        yield await open_page(stack, 0, run_bot=bot_here)


async def test_the_channel_of_the_alerts_opens_with_one_and_its_card(tabs: BrowserContext) -> None:
    """Before anything is typed."""
    async with AsyncExitStack() as stack:
        view = await tabs.new_page()
        await view.goto(await open_page(stack, 0, is_demo=True))
        await enter(view, "port-out-alerts")
        await channel(view).locator("article.tool .replies").click()

        await expect(cards(thread(view))).to_contain_text("Authorized · was pending at the event")


async def test_a_fault_shows_wherever_one_looks(page: Page, url: str) -> None:
    """In the channel's head, and on another tab."""
    other = await page.context.new_page()
    await other.goto(url)
    await page.get_by_label("Telnyx", exact=True).select_option("takes 3 s")

    await expect(other.get_by_label("Telnyx", exact=True)).to_have_value("takes 3 s")
    await expect(other.locator("main header")).to_contain_text("Telnyx takes 3 s")


@pytest.mark.full
async def test_a_phone_shows_one_thing_at_a_time(url: str, opened: Browser) -> None:
    """What is covered can't be reached; what is edited is edited where it is seen."""
    view = await opened.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    await view.add_init_script(IN_ALERTS)
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


async def test_the_focus_stays_on_a_button_that_was_pressed(page: Page) -> None:
    """Though the card that it is on is drawn anew, with what is new at Telnyx."""
    await say(page, f"/portout-event {NAMES['pending']}")
    card = cards(channel(page))
    await expect(card).to_contain_text("Waiting for your answer")
    await page.request.post(f"{page.url}act", data={"do": "change", "order": WAITING, "change": "authorize"})
    refresh = card.get_by_role("button", name="Refresh")
    await refresh.focus()
    await page.keyboard.press("Enter")
    await expect(card).to_contain_text("Authorized")

    await expect(refresh).to_be_focused()


async def test_no_alert_is_offered_before_the_page_knows_what_it_is_about(url: str, tabs: BrowserContext) -> None:
    """A click in the first moments would be refused."""
    view = await tabs.new_page()
    await view.route("**/live", lambda route: route.abort())
    await view.goto(url)

    await expect(view.get_by_role("button", name="Open a port-out")).to_be_visible()
    await expect(view.get_by_role("button", name="Post an alert")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), mostly_full(product(["light", "dark"], [1280, 390]), ("dark", 1280)))
async def test_everybody_can_use_it(
    url: str, tabs: BrowserContext, scheme: Literal["light", "dark"], width: int
) -> None:
    """No complaint of axe about names, roles or contrast: with a card, a thread and a menu, on a phone too."""
    view = await tabs.new_page()
    await view.set_viewport_size({"width": width, "height": 800})
    await view.emulate_media(color_scheme=scheme)
    await view.add_init_script(IN_ALERTS)
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
    """From the top: past channels and people to a sample, to its card, to a button, into the modal and out."""
    navigation = page.get_by_role("navigation")
    first = page.get_by_role("button", name="pending", exact=True)
    await expect(first).to_be_visible()
    for control in (
        *(navigation.get_by_role("button", name=f"# {name}") for name in ("port-outs", "port-out-alerts", "porting")),
        navigation.get_by_role("button", name="Port-out's Home"),
        page.get_by_label("I am"),
        navigation.get_by_role("button", name="Open a port-out"),
        page.get_by_label("This port-out"),
        *(navigation.locator(".two button").nth(number) for number in range(6)),
        first,
    ):
        await page.keyboard.press("Tab")
        await expect(control).to_be_focused()
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


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  as in a container
async def test_a_port_that_is_taken_is_no_obstacle(host: str) -> None:
    """The page says where it is instead, by an address at which it answers."""
    with socket.socket() as other:
        other.bind((host, 0))
        other.listen()
        async with AsyncExitStack() as stack, aiohttp.ClientSession() as session:
            url = await open_page(stack, other.getsockname()[1], host=host, run_bot=bot_here)
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
        (b'{"do": "home"}', "application/json", 204),
        (b'{"do": "press", "entry": "none", "button": {}}', "application/json", 400),
        (b'{"do": "break", "service": "Telnyx", "fault": "none"}', "application/json", 400),
        (b'{"do": "pass", "hours": 12}', "application/json", 204),
        (b'{"do": "pass", "hours": 5}', "application/json", 400),
        (b'{"do": "change", "order": "none", "change": "authorize"}', "application/json", 400),
        (b'{"do": "change", "order": "%s", "change": "authorize"}' % WAITING.encode(), "application/json", 204),
        (b'{"do": "change", "order": "%s", "change": "authorize"}' % GONE.encode(), "application/json", 400),
        (b'{"do": "change", "order": "%s", "change": "sell"}' % WAITING.encode(), "application/json", 400),
    ],
)
async def test_the_page_does_only_what_it_can(
    unseen: str, http: aiohttp.ClientSession, body: bytes, content_type: str, status: int
) -> None:
    """Another site's form can't act, and nonsense is refused."""
    async with http.post(f"{unseen}/act", data=body, headers={"content-type": content_type}) as answer:
        assert answer.status == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost:8080", 200),
        ("localhost", 200),
        ("evil.example.org:8080", 403),
        ("127.0.0.1.example.org", 403),
        ("localhost.example.org", 403),
        ("127.0.0.1@example.org", 403),
    ],
)
async def test_the_page_is_at_its_own_host_only(
    unseen: str, http: aiohttp.ClientSession, host: str, status: int
) -> None:
    """Another site's name that leads to this machine opens neither the page nor what it can do."""
    async with http.get(f"{unseen}/", headers={"Host": host}) as page:
        shown = page.status
    async with http.post(f"{unseen}/act", json={}, headers={"Host": host}) as action:
        done = action.status

    assert (shown, done) == (status, 400 if status == 200 else 403)


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
