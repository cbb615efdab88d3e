"""Message shortcut "Look up port-outs": the cards of the ids in a message, for the one who asked; then for its thread.

A shortcut works in threads and where the bot is not a member. Its acknowledgement shows nothing, so the answer comes by
`response_url`.
"""

from collections import Counter
from typing import Any, Final

import msgspec
import structlog
from cachetools import TTLCache
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.cards.answer import answer
from bot.cards.blocks import Button, Confirm, Message, PlainText
from bot.cards.form import Form
from bot.cards.notice import maybe_posted, no_ids, not_posted, posted
from bot.finding import Found
from bot.identifiers import Identifiers, find_identifiers
from bot.logs import current_reference
from bot.messages import texts
from handlers.replies import Answering, in_background
from handlers.threads import RefusedError, UnsureError

CALLBACK: Final = "look_up_port_outs"
POST_IN_THREAD: Final = "post_in_thread"

_DOUBLE_CLICK_SECONDS = 10
_MOST_CLICKS = 10_000

# A shortcut's payload doesn't say whether people of other companies read along, and no scope is taken to find out.
_CONFIRM = Confirm(
    PlainText("Post in thread?"),
    PlainText("Everyone here will see it, people of other companies included if the channel is shared with them."),
    PlainText("Post"),
    PlainText("Cancel"),
)

_log = structlog.get_logger()


class _Place(Struct, frozen=True):
    """What a button carries: the ids to show, and the thread to show them in."""

    ids: tuple[str, ...]
    thread_ts: str


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the shortcut and its button to the app."""
    clicks: TTLCache[tuple[str, str], bool] = TTLCache(_MOST_CLICKS, _DOUBLE_CLICK_SECONDS)

    async def look_up_port_outs(shortcut: dict[str, Any]) -> BoltResponse:
        message = shortcut["message"]
        asked = find_identifiers(*texts(message))
        thread_ts = message.get("thread_ts") or message.get("ts") or shortcut["message_ts"]
        is_listed = shortcut["channel"]["id"] in answering.alert_channels

        async def look_up() -> Message:
            return await _look_up(answering, asked, thread_ts, is_listed=is_listed)

        return await in_background(answering, look_up, shortcut["response_url"])

    async def post_in_thread(body: dict[str, Any]) -> BoltResponse:
        click = body["channel"]["id"], body["actions"][0]["value"]
        if click in clicks:
            return BoltResponse(status=200)
        clicks[click] = True

        async def post() -> Message:
            try:
                await _post(answering, *click)
            except RefusedError as refusal:
                # Not posted, so that pressing it again is no double click.
                clicks.pop(click, None)
                return not_posted(refusal.reason)
            except UnsureError:
                return maybe_posted()
            return posted()

        return await in_background(answering, post, body["response_url"])

    app.shortcut({"type": "message_action", "callback_id": CALLBACK})(look_up_port_outs)
    app.action(POST_IN_THREAD)(post_in_thread)


async def _look_up(answering: Answering, asked: Identifiers, thread_ts: str, *, is_listed: bool) -> Message:
    if not asked.ids:
        _log.info("shortcut.no_ids")
        return no_ids()
    findings = await answering.lookup.findings(asked.ids)
    _log.info("shortcut.answered", outcomes=dict(Counter(finding.outcome for finding in findings)))
    found = tuple(finding.event_id for finding in findings if isinstance(finding, Found))
    value = msgspec.json.encode(_Place(found, thread_ts)).decode()
    button = Button(POST_IN_THREAD, PlainText("Post in thread"), value, None if is_listed else _CONFIRM)
    return answer(findings, asked, current_reference(), Form.PRIVATE, (button,) if found else ())


async def _post(answering: Answering, channel: str, value: str) -> None:
    """Post the channel form of the cards."""
    place = msgspec.json.decode(value, type=_Place)
    findings = await answering.lookup.findings(place.ids)
    message = answer(findings, Identifiers(place.ids), current_reference(), Form.CHANNEL)
    await answering.threads.post(channel, place.thread_ts, message, {"ids": list(place.ids)})
    _log.info("shortcut.posted")
