"""Alerts in the listed channels: one reply in the thread of each message that names port-outs, and no other reply.

The reply follows its message: an edit that names other port-outs changes the reply, and when the message is deleted,
so is the reply. A deleted mention, in whichever channel, takes its reply along, too: Slack says so by a message event.
"""

import asyncio
from collections import Counter
from typing import Any, Final

import structlog
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from handlers.alerts.parsing import Alert, parse_alert
from handlers.alerts.reply_plan import NoChange, Show, plan_reply
from portout.access.audit import audit_refused, audit_shown, count_lookups
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import ButtonValue
from portout.slack.event_delivery import EventProcessor
from portout.slack.threads import ThreadReplies
from portout.slack.web_api import GONE_ERRORS, SlackOutcomeUnknownError, SlackRejectedError
from portout.state.leases import Lease
from portout.state.ledger import Ledger
from portout.telemetry.metrics import SILENT_ALERTS

EVENTS: Final = {"message.channels": "channels:history", "message.groups": "groups:history"}
"""The events that it subscribes to, each with the scope it requires."""

_LAST_DELIVERY_PAUSES: Final = (0.5, 1.0, 2.0)  # seconds
_POSTED: Final = (None, "bot_message", "file_share", "me_message", "thread_broadcast")
_CHANGED: Final = ("message_changed", "message_deleted")

_log = structlog.get_logger()


def register(
    app: AsyncApp, answers: Answers, processor: EventProcessor, threads: ThreadReplies, ledger: Ledger
) -> None:
    """Register the listener for channel messages with the app."""
    enricher = AlertEnricher(answers, threads, ledger)

    async def message(event: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        alert = parse_alert(event, request, answers.alert_channels, answers.access.identity)
        if alert is None or not (alert.asked.ids or alert.is_deleted):
            return BoltResponse(status=200)
        if not (alert.is_deleted or answers.access.may_look_up(alert.requester.user)):
            audit_refused(alert.requester, "not_allowed")
            return BoltResponse(status=200)

        async def work(lease: Lease) -> bool:
            return await enricher.handle(lease, alert)

        subject = f"{alert.message.channel}:{alert.message.ts}"
        return await processor.process_once(alert.event_key, subject, work)

    app.event({"type": "message", "subtype": [*_POSTED, *_CHANGED]})(message)


class AlertEnricher(Struct, frozen=True):
    """Replies to alerts, and changes or deletes the replies with them. Callers hold the lease of the alert."""

    answers: Answers
    threads: ThreadReplies
    ledger: Ledger

    async def handle(self, lease: Lease, alert: Alert) -> bool:
        """Post, change or delete the reply as an event requires; return False if Slack has to deliver it again."""
        # Slack delivers no more after the last delivery: a call that failed is retried here instead.
        for pause in (*_LAST_DELIVERY_PAUSES, None) if alert.is_last else (None,):
            try:
                return await (self._delete_reply(alert) if alert.is_deleted else self._enrich(lease, alert))
            except SlackRejectedError as refusal:
                if refusal.reason in GONE_ERRORS:
                    _log.info("alert.gone")
                else:
                    _log.error("alert.not_placed", reason=refusal.reason)
                return True
            except SlackOutcomeUnknownError:
                if pause is not None:
                    await asyncio.sleep(pause)
        return False

    async def _enrich(self, lease: Lease, alert: Alert) -> bool:
        """Look up what an alert names and reply, unless a later event about the alert has been processed."""
        channel, ts = alert.message.channel, alert.message.ts
        if await self.ledger.is_deleted(channel, ts) or await self.ledger.is_outdated(channel, ts, alert.event_ts):
            return True
        looked_up = await self.answers.lookup.look_up(alert.asked, interactive=False)
        count_lookups(alert.requester, looked_up.results)
        _log.info("alert.looked_up", outcomes=dict(Counter(result.outcome for result in looked_up.results)))
        previous = await self.ledger.reply(channel, ts)
        match plan_reply(looked_up, previous, speaks_of_port_outs=alert.speaks_of_port_outs, is_last=alert.is_last):
            case NoChange.TRY_AGAIN:
                return False
            case NoChange.SILENT:
                _log.info("alert.silent")
                SILENT_ALERTS.inc()
            case NoChange.UNCHANGED:
                pass
            case Show() as plan:
                await self._show(lease, alert, plan)
                audit_shown(alert.requester, plan.looked_up.results, Audience.CHANNEL)
        await self.ledger.save_latest_event(channel, ts, alert.event_ts)
        return True

    async def _show(self, lease: Lease, alert: Alert, plan: Show) -> None:
        """Post the reply, or change the existing one."""
        ids = tuple(result.id for result in plan.looked_up.results)
        button_value = ButtonValue(ids, alert_ts=alert.message.ts, is_posted=True)
        message = self.answers.build_message(alert.message.channel, plan.looked_up, Audience.CHANNEL, button_value)
        await self.threads.show(lease, alert.message, message, plan.ids, may_exist=alert.may_be_answered)

    async def _delete_reply(self, alert: Alert) -> bool:
        """Delete the reply to a deleted message."""
        channel, ts = alert.message.channel, alert.message.ts
        await self.ledger.mark_deleted(channel, ts)
        if await self.threads.withdraw(alert.message, may_exist=bool(alert.asked.ids) or alert.is_mention):
            _log.info("alert.withdrawn")
        return True
