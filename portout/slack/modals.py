"""Modals: windows over Slack, for one person."""

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import View
from portout.slack.web_api import call_once, call_patiently


class Modals:
    """Opens modals and changes what they show."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger_id: str, view: View) -> str:
        """Open a modal, within 3 s of the press that `trigger_id` names; return its view id. Raises Slack's errors."""
        opened = await call_once(self._client.views_open, trigger_id=trigger_id, view=msgspec.to_builtins(view))
        return str(opened["view"]["id"])

    async def update(self, view_id: str, view: View) -> None:
        """Show another view in an open modal; raises Slack's errors, also when it has been closed."""
        await call_patiently(self._client.views_update, view_id=view_id, view=msgspec.to_builtins(view))
