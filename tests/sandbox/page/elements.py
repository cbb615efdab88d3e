"""The parts of the page that tests look at, and what they do with them."""

from datetime import UTC, datetime

from playwright.async_api import Locator, Page, expect

from sandbox.telnyx.samples import samples

NAMES = samples(datetime.now(UTC)).names
IN_ALERTS = "sessionStorage.channel ??= 'C0ALERTS'"
"""A script that lets a page open as the tab was left: in the channel of the alerts."""


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


async def become(page: Page, name: str) -> None:
    """Select the person who uses the page."""
    label = await page.get_by_label("I am").locator("option", has_text=name).inner_text()
    await page.get_by_label("I am").select_option(label=label)


async def enter(page: Page, name: str) -> None:
    """Select a channel in the list, and wait until it is shown."""
    await page.get_by_role("navigation").get_by_role("button", name=f"# {name}").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"# {name}")


def home(page: Page) -> Locator:
    """The Home tab."""
    return page.get_by_role("region", name="Home")


async def open_home(page: Page) -> None:
    """Open the Home tab, and wait until something is published there."""
    await page.get_by_role("navigation").get_by_role("button", name="Port-out's Home").click()
    await expect(home(page).locator(".block").first).to_be_visible()


async def pick(message: Locator, item: str) -> None:
    """Pick something from a message's menu."""
    await message.locator("summary").click()
    await message.get_by_text(item, exact=True).click()


async def alert(page: Page, sample: str) -> Locator:
    """Pick a sample and post about it as the monitoring tool; returns the message once the bot has replied."""
    await page.get_by_role("navigation").get_by_role("button", name=sample, exact=True).click()
    return await press_alert(page, f"One about {sample}")


async def press_alert(page: Page, button: str) -> Locator:
    """Press a button that posts an alert; returns the message once the bot has replied."""
    before = await channel(page).locator("article.tool").count()
    await page.get_by_role("button", name=button).click()
    posted = channel(page).locator("article.tool").nth(before)
    await expect(posted.locator(".replies")).to_have_text("1 reply")
    return posted
