"""Screenshots for the documents, light and dark: the watch, the Home tab, and each card, private and in a channel."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Locator, Page

from sandbox.chromium import run_chromium
from sandbox.page.__main__ import open_page

FOLDER: Final = Path(__file__).parent.parent.parent / "docs/pictures"
CARDS: Final = {
    "pending": "pending",
    "authorized-since": "pending, authorized since",
    "rejected": "rejected",
    "ported": "ported",
    "comment": "new comment",
    "foc-date": "FOC date changed",
}
"""The sample event of each screenshot, by the screenshot's name."""

_REMINDER_MS: Final = 90_000
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


async def main() -> None:
    """Save every screenshot."""
    FOLDER.mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        url = await open_page(stack, 0)
        chromium = await stack.enter_async_context(run_chromium())
        views = {
            scheme: await chromium.new_page(
                viewport={"width": 1280, "height": 800}, device_scale_factor=1.5, color_scheme=scheme
            )
            for scheme in SCHEMES
        }
        for view in views.values():
            await view.goto(url)
            await view.get_by_role("button", name="# port-out-alerts").click()
        for name, sample in CARDS.items():
            await _look_up(views["light"], sample)
            await _take(views, name)
        await views["light"].get_by_role("navigation").evaluate("side => side.scrollTo(0, 0)")
        await views["light"].screenshot(path=FOLDER / "page-light.png")
        await _open_newest_thread(views["dark"])
        await views["dark"].screenshot(path=FOLDER / "page-dark.png")
        for scheme, view in views.items():
            await _open_home(view)
            await view.screenshot(path=FOLDER / f"home-{scheme}.png", animations="disabled")
        # The last: hours pass for the samples, too.
        await _watch(views["light"])
        for scheme, view in views.items():
            await view.get_by_role("button", name="# port-outs").click()
            await _open_newest_thread(view)
            await view.mouse.move(0, 0)
            await view.screenshot(path=FOLDER / f"watch-{scheme}.png", animations="disabled")


async def _watch(view: Page) -> None:
    """Open a port-out, take it, and wait until the bot reminds of it."""
    navigation, channel = view.get_by_role("navigation"), view.get_by_role("log", name="Channel")
    for button in ("Open a port-out", "Comment by Telnyx"):
        await navigation.get_by_role("button", name=button).click()
        await view.locator("#order option", has_text="new").first.wait_for(state="attached")
    await channel.locator(".bot", has=view.locator(".replies")).get_by_role("button", name="I'm on it").click()
    await channel.get_by_text("is on it since").wait_for()
    await navigation.get_by_role("button", name="12 h later").click()
    reminder = view.get_by_role("log", name="Thread").get_by_text("Still waiting for an answer after 12 h")
    await reminder.wait_for(timeout=_REMINDER_MS)


async def _look_up(view: Page, sample: str) -> None:
    """Look a sample up, and post an alert about it."""
    channel = view.get_by_role("log", name="Channel")
    cards = channel.locator(".bot.private")
    before = await cards.count()
    await view.get_by_role("navigation").get_by_role("button", name=sample, exact=True).click()
    await view.keyboard.press("Enter")
    await cards.nth(before).wait_for()
    await view.get_by_role("button", name=f"One about {sample}", exact=True).click()
    await channel.locator(".tool").nth(before).locator(".replies").wait_for()


async def _open_newest_thread(view: Page) -> None:
    """Open the newest thread."""
    await view.get_by_role("log", name="Channel").locator(".replies").last.click()
    await view.get_by_role("log", name="Thread").locator(".bot").last.wait_for()


async def _open_home(view: Page) -> None:
    """Open the Home tab, and wait for what is published there."""
    await view.get_by_role("button", name="Port-out's Home").click()
    await view.get_by_role("region", name="Home").get_by_role("button", name="Refresh").wait_for()
    await view.mouse.move(0, 0)


async def _take(views: dict[Literal["light", "dark"], Page], name: str) -> None:
    for scheme, view in views.items():
        await _open_newest_thread(view)
        await view.mouse.move(0, 0)
        private = view.get_by_role("log", name="Channel").locator(".bot.private").last
        await _screenshot(private, f"{name}-private-{scheme}")
        await _screenshot(view.get_by_role("log", name="Thread").locator(".bot").last, f"{name}-channel-{scheme}")


async def _screenshot(card: Locator, name: str) -> None:
    await card.scroll_into_view_if_needed()
    await card.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
