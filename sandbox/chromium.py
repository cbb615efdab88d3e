"""The system's Chromium, for the tests and the screenshots of the page."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

# The headless shell draws pages with the same engine and has no windows of its own: it takes a third less CPU.
_NAMES: Final = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Chromium requests nothing but the page; a container offers neither a sandbox nor a GPU.
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str | None:
    """Return the path of Chromium; None where it is not installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def run_chromium() -> AsyncIterator[Browser]:
    """Run Chromium headless while the context is open."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=find_chromium(), args=_OPTIONS)
        try:
            yield opened
        finally:
            await opened.close()
