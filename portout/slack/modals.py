"""Modals: views over Slack's window, for one person; and the replies that appear in them."""

from typing import Any, Final

import msgspec
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from portout.cards.blockkit.blocks import MAX_VIEW_BLOCKS, Message, View
from portout.cards.modals.window import loading_window, message_window
from portout.slack.payloads import ShownView
from portout.slack.responder import EphemeralReply
from portout.slack.web_api import SlackError, call_once, call_with_retries

_NOTICE: Final = "notice"  # the block ids of a notice begin with it, so that the next one takes its place

_log = structlog.get_logger()


class Modals:
    """Opens and updates modals."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger_id: str, view: View, *, in_modal: bool = False) -> str:
        """Open a modal and return its view id; raise a `SlackError`.

        trigger_id: of the click, valid for 3 s. in_modal: the click was in a modal, on which the new one is put.
        """
        call = self._client.views_push if in_modal else self._client.views_open
        opened = await call_once(call, trigger_id=trigger_id, view=msgspec.to_builtins(view))
        return str(opened["view"]["id"])

    async def update(self, view_id: str, view: View) -> None:
        """Replace the view of an open modal; raise a `SlackError`, also if it has been closed."""
        await call_with_retries(self._client.views_update, view_id=view_id, view=msgspec.to_builtins(view))

    async def add_notice(self, view: ShownView, notice: Message) -> None:
        """Show a notice above what an open modal shows, in the place of an earlier one; raise a `SlackError`."""
        blocks: list[dict[str, Any]] = [
            {**block, "block_id": f"{_NOTICE}-{number}"}
            for number, block in enumerate(msgspec.to_builtins(notice.blocks))
        ]
        blocks += [block for block in view.blocks if not str(block.get("block_id")).startswith(_NOTICE)]
        shown = msgspec.to_builtins(message_window(notice)) | {"blocks": blocks[:MAX_VIEW_BLOCKS]}
        shown |= {name: value for name in ("title", "close") if (value := getattr(view, name))}
        await call_with_retries(self._client.views_update, view_id=view.id, view=shown)


class Window:
    """The place of the reply to a click in a view, which has no `response_url`.

    A click in the Home tab has its reply in a window of its own; one in a modal, in this modal.
    """

    def __init__(self, modals: Modals, trigger_id: str, view: ShownView) -> None:
        """Show replies with `modals`. trigger_id: of the click. view: with the button."""
        self._modals = modals
        self._trigger_id = trigger_id
        self._view = view
        self._opened_id = ""

    async def announce(self) -> bool:
        """Open a window that says that Telnyx is asked: 3 s after the click, Slack would open none."""
        try:
            self._opened_id = await self._modals.open(self._trigger_id, loading_window(), in_modal=self._view.is_modal)
        except SlackError as error:
            _log.warning("window.failed", reason=error.reason)
            return False
        return True

    async def send(self, reply: EphemeralReply) -> bool:
        """Show a reply; return whether Slack took it. A window that was closed meanwhile is no error."""
        try:
            if self._opened_id:
                await self._modals.update(self._opened_id, message_window(reply.message))
            elif not self._view.is_modal:
                await self._modals.open(self._trigger_id, message_window(reply.message))
            elif reply.replaces:
                await self._modals.update(self._view.id, message_window(reply.message))
            else:
                await self._modals.add_notice(self._view, reply.message)
        except SlackError as error:
            _log.warning("window.failed", reason=error.reason)
            return False
        return True
