"""The page in a real browser, with a real bot behind it; one browser, in one event loop, for all tests of a process."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from inspect import iscoroutinefunction
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from bot.app import running
from bot.settings import Settings, read_settings
from sandbox.chromium import find_chromium, run_chromium
from sandbox.page.__main__ import open_page
from tests.sandbox.page.elements import IN_ALERTS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder in the browser's event loop."""
    for item in items:
        is_here = item.path.is_relative_to(Path(__file__).parent)
        if is_here and isinstance(item, pytest.Function) and iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@asynccontextmanager
async def bot_here(variables: Mapping[str, str]) -> AsyncIterator[str]:
    """Run the bot in this process, which takes a tenth of the time that it takes to start one.

    Its watch learns by webhooks what happens. A cycle that begins while a test breaks Telnyx would end only after
    Telnyx's answers, and the bot stops only after its cycle.
    """
    async with running(read_settings(Settings, {**variables, "WATCH_SECONDS": "60"})) as port:
        yield f"http://127.0.0.1:{port}"


def need_chromium() -> None:
    """Skip a test on a laptop without Chromium; in CI let it fail."""
    if find_chromium() is None and "CI" not in os.environ:
        pytest.skip("Chromium is not installed")


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a plain client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def url() -> AsyncIterator[str]:
    """The page's address."""
    async with AsyncExitStack() as stack:
        yield await open_page(stack, 0, run_bot=bot_here)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    need_chromium()
    async with run_chromium() as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tokyo(browser: Browser) -> BrowserContext:
    """The browser's context in Tokyo, whose first tab stays open and empty.

    A tab of a test shares the renderer of the first, because both are of 127.0.0.1. A new renderer would have to start,
    and to compile the page's code and Playwright's again: that takes more than half of a short test.
    """
    context = await browser.new_context(timezone_id="Asia/Tokyo", permissions=["clipboard-read", "clipboard-write"])
    first = await context.new_page()
    await first.route("**", lambda route: route.fulfill(body=""))
    await first.goto("http://127.0.0.1/")
    return context


@pytest_asyncio.fixture(loop_scope="session")
async def tabs(tokyo: BrowserContext) -> AsyncIterator[BrowserContext]:
    """The context in which a test opens tabs; at its end they are closed."""
    yield tokyo
    for tab in tokyo.pages[1:]:
        await tab.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, tokyo: BrowserContext) -> AsyncIterator[Browser]:
    """Chromium, in which a test may open contexts with the screen it needs; at its end they are closed."""
    yield browser
    for context in browser.contexts:
        if context is not tokyo:
            await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(url: str, tabs: BrowserContext) -> AsyncIterator[Page]:
    """The page in the channel of the alerts, seen in Tokyo; at the end its console is empty."""
    view = await tabs.new_page()
    await view.add_init_script(IN_ALERTS)
    errors = collect_errors(view)
    await view.goto(url)
    yield view
    assert errors == []


def collect_errors(view: Page) -> list[str]:
    """Return a list that gets all that a page writes to its console, and its errors."""
    errors: list[str] = []
    view.on("console", lambda said: errors.append(said.text))
    view.on("pageerror", lambda error: errors.append(str(error)))
    return errors
