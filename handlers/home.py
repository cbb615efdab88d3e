"""The Home tab: what waits for an answer and what leaves, for the person who opens it.

Everybody has a tab of their own, which stays as it was published until it is opened again, or *Refresh* is pressed.
"""

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from handlers.buttons.registration import ButtonClick, Buttons
from portout.access.audit import Requester, audit_shown, count_lookups
from portout.access.origin import home_user
from portout.answers import Answers
from portout.cards.lists.home import HomeSettings, home_page, home_view
from portout.cards.lists.home_buttons import HOME_PAGES, HOME_REFRESH, HomeValue
from portout.lookup.overview.service import Overviews
from portout.slack.home_tabs import HomeTab, HomeTabs
from portout.slack.payloads import HomeOpened, decode_payload
from portout.slack.responder import EphemeralReply, Responder
from portout.telemetry.logging import current_request_id

HOME: Final = "home"
"""The surface's name in audit log and metrics, and the name of the tab in Slack's event."""

EVENTS: Final = ("app_home_opened",)
"""The event that it subscribes to, which requires no scope."""


class Home(Struct, frozen=True):
    """Shows the Home tab."""

    answers: Answers
    overviews: Overviews
    tabs: HomeTabs

    async def show(self, requester: Requester, value: HomeValue, *, bypass_cache: bool = False) -> None:
        """Publish the tab for a person who may look up. bypass_cache: fetch its lists anew."""
        overview = await self.overviews.fetch(bypass_cache=bypass_cache)
        count_lookups(requester, (overview.waiting, overview.leaving))
        page = home_page(overview, value, datetime.now(UTC))
        audience = self.answers.access.private_audience(requester.user)
        if audience.is_masked:
            page = page.masked()
        settings = HomeSettings(self.answers.portal_url, current_request_id(), self.answers.contacts)
        if await self.tabs.publish(requester.user.id, home_view(page, settings)):
            audit_shown(requester, page.orders, audience)


def register(app: AsyncApp, buttons: Buttons, home: Home, responder: Responder) -> None:
    """Register the tab and its buttons with the app."""
    answers = home.answers

    async def app_home_opened(event: dict[str, Any], body: dict[str, Any]) -> BoltResponse:
        opened = decode_payload(event, HomeOpened)
        if opened.tab != HOME:
            return BoltResponse(status=200)
        requester = Requester(HOME, home_user(opened, body), "")

        async def work() -> EphemeralReply | None:
            # Not counted by the rate limit: however often it is opened, Telnyx is asked once in 30 s.
            if refusal := answers.authorize(requester, answers.access.may_look_up, is_counted=False):
                return EphemeralReply(refusal)
            await home.show(requester, HomeValue())
            return None

        return await responder.ack_then_follow_up(work, HomeTab(home.tabs, opened.user))

    async def refresh(click: ButtonClick, value: HomeValue) -> None:
        await home.show(click.requester, value, bypass_cache=True)

    async def turn_page(click: ButtonClick, value: HomeValue) -> None:
        await home.show(click.requester, value)

    app.event(EVENTS[0])(app_home_opened)
    buttons.register(HOME_REFRESH, HomeValue, answers.access.may_look_up, refresh)
    for action in HOME_PAGES:
        buttons.register(action, HomeValue, answers.access.may_look_up, turn_page)
