"""The page in a real browser, with a real bot behind it."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page

from sandbox.chromium import find_chromium, run_chromium
from sandbox.page.__main__ import open_page


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
    """The page, seen in Tokyo; at the end its console is empty."""
    context = await opened.new_context(timezone_id="Asia/Tokyo", permissions=["clipboard-read", "clipboard-write"])
    view = await context.new_page()
    errors: list[str] = []
    view.on("console", lambda said: errors.append(said.text))
    view.on("pageerror", lambda error: errors.append(str(error)))
    await view.goto(url)
    yield view
    assert errors == []
