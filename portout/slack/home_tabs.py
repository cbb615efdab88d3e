"""The Home tab of the app, which is published for each person."""

from typing import Final

import msgspec
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import HomeView
from portout.cards.lists.home import message_home
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import SlackError, call_with_retries

_log = structlog.get_logger()


class _SupersededError(Exception):
    """A newer view of the same person's tab is being published."""


class HomeTabs:
    """Publishes the Home tabs, with the pauses that Slack asks for. Of two views for a person, the newer one counts."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._newest: Final[dict[str, HomeView]] = {}

    async def publish(self, user_id: str, view: HomeView) -> bool:
        """Publish a view for a person; return whether Slack took it. A failure is logged."""
        self._newest[user_id] = view

        async def check() -> None:
            if self._newest.get(user_id) is not view:
                raise _SupersededError

        arguments = {"user_id": user_id, "view": msgspec.to_builtins(view)}
        try:
            await call_with_retries(self._client.views_publish, before_attempt=check, **arguments)
        except _SupersededError:
            return False
        except SlackError as error:
            _log.error("home.not_published", reason=error.reason)
            return False
        finally:
            if self._newest.get(user_id) is view:
                del self._newest[user_id]
        return True


class HomeTab:
    """The place of the reply to a person who opens the Home tab: this tab."""

    def __init__(self, tabs: HomeTabs, user_id: str) -> None:
        self._tabs = tabs
        self._user_id = user_id

    async def announce(self) -> bool:
        """Return True: a tab can be published at any time."""
        return True

    async def send(self, reply: EphemeralReply) -> bool:
        return await self._tabs.publish(self._user_id, message_home(reply.message))
