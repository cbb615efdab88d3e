"""Modals: views over Slack's window, for one person."""

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import View
from portout.slack.web_api import call_once, call_with_retries


class Modals:
    """Opens and updates modals."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger_id: str, view: View) -> str:
        """Open a modal and return its view id; raise a `SlackError`.

        trigger_id: of the click, valid for 3 s.
        """
        opened = await call_once(self._client.views_open, trigger_id=trigger_id, view=msgspec.to_builtins(view))
        return str(opened["view"]["id"])

    async def update(self, view_id: str, view: View) -> None:
        """Replace the view of an open modal; raise a `SlackError`, also if it has been closed."""
        await call_with_retries(self._client.views_update, view_id=view_id, view=msgspec.to_builtins(view))
