"""`@Port-out <event id>`: the cards in the thread of the mention, for slash commands don't work in threads."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.cards.blocks import Message
from bot.cards.buttons import Subject
from bot.cards.form import Form
from bot.cards.help import mention_help
from bot.cards.notice import not_posted, shared_channel
from bot.identifiers import find_identifiers
from bot.leases import Lease
from bot.ledger import Place
from bot.messages import texts
from handlers.access import Person, author
from handlers.answers import Asker, look_up, note_refused, refusal
from handlers.calls import RefusedError, UnsureError
from handlers.event_delivery import retry_number
from handlers.payloads import Mention, read
from handlers.responder import Answering

EVENTS: Final = {"app_mention": "app_mentions:read"}
"""What is listened to, and the scope that it takes."""

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the mention to the app."""

    async def mention(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        said = read(event, Mention)
        channel, ts, person = said.channel, said.ts, author(said)
        asker = Asker("mention", person or Person(said.bot_id or ""), channel)
        if answering.access.is_outsider(asker.person):
            note_refused(asker, "not_allowed")
            return BoltResponse(status=200)
        about = Place(channel, ts, said.thread_ts or ts)
        is_shared = bool(body.get("is_ext_shared_channel")) and channel not in answering.alert_channels
        again = retry_number(request.headers) > 0

        async def work(lease: Lease) -> bool:
            try:
                if person and (refused := refusal(answering, asker, answering.access.may_look_up)):
                    await answering.threads.whisper(about, person.id, refused)
                    return True
                message, ids = (shared_channel(), ()) if is_shared else await _look_up(answering, asker, event)
                await answering.threads.reply(lease, about, message, ids, again=again)
            except RefusedError as error:
                await _tell_privately(answering, about, person, error.reason)
            except UnsureError:
                return False
            return True

        return await answering.deliveries.see_through(f"mention:{channel}:{ts}", f"{channel}:{ts}", work)

    app.event("app_mention")(mention)


async def _look_up(answering: Answering, asker: Asker, event: Mapping[str, Any]) -> tuple[Message, tuple[str, ...]]:
    asked = find_identifiers(*texts(event))
    if not asked.ids:
        _log.info("mention.helped")
        return mention_help(), ()
    return await look_up(answering, asker, asked, Form.CHANNEL, Subject(asked.ids, is_posted=True))


async def _tell_privately(answering: Answering, about: Place, person: Person | None, reason: str) -> None:
    """Tell the one who mentioned the bot why there is no reply, where Slack takes at least that."""
    _log.error("mention.not_placed", reason=reason)
    if person:
        with suppress(RefusedError, UnsureError):
            await answering.threads.whisper(about, person.id, not_posted(reason))
