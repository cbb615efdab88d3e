"""The page in a real browser, with a real bot behind it."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page

from sandbox.chromium import find_chromium, run_chromium
from sandbox.page.__main__ import open_page
from tests.sandbox.page.elements import IN_ALERTS


def need_chromium() -> None:
    """Skip a test on a laptop without Chromium; in CI let it fail."""
    if find_chromium() is None and "CI" not in os.environ:
        pytest.skip("Chromium is not installed")


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The page's address."""
    need_chromium()
    async with AsyncExitStack() as stack:
        yield await open_page(stack, 0)


@pytest.fixture
async def opened() -> AsyncIterator[Browser]:
    """Chromium."""
    need_chromium()
    async with run_chromium() as chromium_browser:
        yield chromium_browser


@pytest.fixture
async def page(url: str, opened: Browser) -> AsyncIterator[Page]:
    """The page in the channel of the alerts, seen in Tokyo; at the end its console is empty."""
    context = await opened.new_context(timezone_id="Asia/Tokyo", permissions=["clipboard-read", "clipboard-write"])
    await context.add_init_script(IN_ALERTS)
    view = await context.new_page()
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
