"""The system's own Chromium, for whoever looks at the page by program."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the page is to be asked for; in a container there is no sandbox to be had, and no GPU.
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str | None:
    """Say where Chromium is; None where it is not installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run it without a window."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=_OPTIONS)
        try:
            yield opened
        finally:
            await opened.close()
