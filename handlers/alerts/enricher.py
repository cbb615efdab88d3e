"""Alerts in listed channels: the port-outs they name, in their thread, once, and silent about everything else.

What a person or a tool posts, edits and deletes there is followed: an edit that names another port-out changes the
reply, a deleted alert takes its reply along.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import structlog
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.cards.answer import answer
from bot.cards.blocks import Message
from bot.cards.buttons import Subject
from bot.cards.form import Form
from bot.cards.notice import shown_before
from bot.finding import Failed, Finding, Found, FoundOrder
from bot.identifiers import Identifiers
from bot.leases import Lease
from bot.ledger import Place, Reply
from bot.logs import current_reference
from bot.metrics import SILENT_ALERTS
from bot.telnyx.protocol import NotFoundError, RefusedError
from handlers.alerts.parsing import Alert, read_alert
from handlers.answers import controls, count, note_refused, note_shown
from handlers.calls import RefusedError as SlackRefusedError
from handlers.calls import UnsureError
from handlers.event_delivery import retry_number
from handlers.responder import Answering

EVENTS: Final = {"message.channels": "channels:history", "message.groups": "groups:history"}
"""What is listened to, and the scopes that it takes."""

_GONE: Final = "message_not_found"
_LAST_PAUSES: Final = (0.5, 1.0, 2.0)  # seconds
_SUBTYPES: Final = [None, "bot_message", "file_share", "thread_broadcast", "message_changed", "message_deleted"]
_SPEAKS_OF_PORT_OUTS = re.compile(r"port[ _-]?out|telnyx", re.IGNORECASE)

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the alerts to the app."""

    async def message(event: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        alert = read_alert(event, retry_number(request.headers), answering)
        if alert is None or not (alert.asked.ids or alert.is_deleted):
            return BoltResponse(status=200)
        if alert.author and not alert.is_deleted and not answering.access.may_look_up(alert.author):
            note_refused(alert.asker, "not_allowed")
            return BoltResponse(status=200)

        async def work(lease: Lease) -> bool:
            # Slack doesn't come back after the last delivery: what it didn't take is tried here.
            for pause in (*_LAST_PAUSES, None) if alert.is_last else (None,):
                try:
                    return await _see_to(answering, lease, alert)
                except SlackRefusedError as refusal:
                    _log.error("alert.not_placed", reason=refusal.reason)
                    return True
                except UnsureError:
                    if pause is not None:
                        await asyncio.sleep(pause)
            return False

        return await answering.deliveries.see_through(alert.delivery, f"{alert.place.channel}:{alert.place.ts}", work)

    app.event({"type": "message", "subtype": _SUBTYPES})(message)


async def _see_to(answering: Answering, lease: Lease, alert: Alert) -> bool:
    """Do what an event asks for, unless a later one about the same message has been dealt with."""
    channel, ts = alert.place.channel, alert.place.ts
    if alert.is_deleted:
        return await _withdraw(answering, alert)
    if await answering.ledger.is_gone(channel, ts) or await answering.ledger.is_outdated(channel, ts, alert.event_ts):
        return True
    findings = await answering.lookup.findings(alert.asked, waiting=False)
    count(alert.asker, findings)
    _log.info("alert.looked_up", outcomes=dict(Counter(finding.outcome for finding in findings)))
    if not alert.is_last and any(map(_may_be_had_later, findings)):
        return False
    # Of several alerts about one port-out at once, one shows it and the others point there.
    about = [f"shown:{channel}:{finding.id}" for finding in findings if not isinstance(finding, Failed)]
    async with answering.deliveries.alone_with(about):
        await _enrich(answering, lease, alert, findings)
    await answering.ledger.dealt_with(channel, ts, alert.event_ts)
    return True


async def _enrich(answering: Answering, lease: Lease, alert: Alert, findings: Sequence[Finding]) -> None:
    """Reply to an alert, or change the reply, or stay silent."""
    reply = await answering.ledger.reply(alert.place.channel, alert.place.ts)
    found = [finding for finding in findings if not isinstance(finding, Failed)]
    fresh, before = await _sort(answering, alert.place, reply, found)
    # An outage must not make noise under every message with some UUID.
    failing = [finding for finding in findings if _may_be_had_later(finding)]
    honest = failing if fresh or any(map(_SPEAKS_OF_PORT_OUTS.search, alert.texts)) else []
    if honest and reply:
        fresh = found
    if not (fresh or before or honest):
        _log.info("alert.silent")
        SILENT_ALERTS.inc()
        return
    ids = tuple(finding.id for finding in found if finding in fresh or finding.id in before)
    shown = [finding for finding in findings if finding in fresh or finding in honest]
    if shown:
        message = _message(answering, alert, shown)
    else:
        message = shown_before([(one, _link(answering, place)) for one, place in before.items()])
    carded = tuple(finding.id for finding in fresh)
    await _place(answering, lease, alert, reply, _Content(message, ids, carded, is_partial=bool(honest)))
    note_shown(alert.asker, shown, Form.CHANNEL)


async def _sort(
    answering: Answering, place: Place, reply: Reply | None, found: Sequence[Found | FoundOrder]
) -> tuple[list[Found | FoundOrder], dict[str, Place]]:
    """Tell what is new here from what was shown elsewhere in the channel of late; what this thread has is left out."""
    fresh: list[Found | FoundOrder] = []
    before: dict[str, Place] = {}
    for finding in found:
        last = await answering.ledger.shown(place.channel, finding.id)
        if last is None or (reply and last == reply.place):
            fresh.append(finding)
        elif last.thread_ts != place.thread_ts:
            before[finding.id] = last
    if reply and {finding.id for finding in fresh} <= set(reply.ids):
        return [], {}
    if fresh:
        fresh += [finding for finding in found if finding.id in before]
    return fresh, before


class _Content(Struct, frozen=True):
    """What a reply says.

    ids: what it is about. shown: those whose cards are in it. is_partial: something couldn't be had.
    """

    message: Message
    ids: tuple[str, ...]
    shown: tuple[str, ...]
    is_partial: bool


async def _place(answering: Answering, lease: Lease, alert: Alert, reply: Reply | None, content: _Content) -> None:
    threads, message, ids = answering.threads, content.message, content.ids
    if reply is None:
        again = alert.may_be_answered
        reply = await threads.reply(lease, alert.place, message, ids, again=again, shown=content.shown)
        if set(ids) <= set(reply.ids):
            return
    elif set(ids) <= set(reply.ids) and not content.is_partial:
        return
    await lease.confirm()
    try:
        await threads.change(alert.place, reply, message, ids, content.shown)
    except SlackRefusedError as refusal:
        if refusal.reason != _GONE:
            raise
        # Somebody took our reply away.
        await answering.ledger.forget(alert.place.channel, alert.place.ts)
        await threads.reply(lease, alert.place, message, ids, again=False, shown=content.shown)


async def _withdraw(answering: Answering, alert: Alert) -> bool:
    """Take the reply to a deleted alert away."""
    await answering.ledger.gone(alert.place.channel, alert.place.ts)
    reply = await answering.ledger.reply(alert.place.channel, alert.place.ts)
    if reply is None and alert.asked.ids:
        reply = await answering.threads.find(alert.place)
    if reply is not None:
        try:
            await answering.threads.take_away(reply)
        except SlackRefusedError as refusal:
            if refusal.reason != _GONE:
                raise
        await answering.ledger.forget(alert.place.channel, alert.place.ts)
        _log.info("alert.withdrawn")
    return True


def _message(answering: Answering, alert: Alert, shown: Sequence[Finding]) -> Message:
    ids = tuple(finding.id for finding in shown)
    buttons = controls(answering, alert.place.channel, Subject(ids, alert_ts=alert.place.ts, is_posted=True))
    asked = Identifiers(ids, alert.asked.left_out)
    return answer(shown, asked, current_reference(), Form.CHANNEL, buttons, most_full=1)


def _may_be_had_later(finding: Finding) -> bool:
    """Whether asking again may help. A refused key is the operator's to mend, not a text under each alert."""
    return isinstance(finding, Failed) and not isinstance(finding.error, NotFoundError | RefusedError)


def _link(answering: Answering, place: Place) -> str:
    """Make the address of a reply (docs.slack.dev, chat.getPermalink)."""
    base = f"{answering.access.identity.url.rstrip('/')}/archives/{place.channel}/p{place.ts.replace('.', '')}"
    return f"{base}?thread_ts={place.thread_ts}&cid={place.channel}"
