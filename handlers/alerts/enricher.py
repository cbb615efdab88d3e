"""Alerts in the listed channels: one reply in the thread of each message that names port-outs, and no other reply.

The reply follows its message: an edit that names other port-outs changes the reply, and when the message is deleted,
so is the reply. A deleted mention, in whichever channel, takes its reply along, too: Slack says so by a message event.
"""

import asyncio
from collections import Counter
from functools import partial
from typing import Any, Final

import structlog
from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from handlers.alerts.parsing import Alert, parse_alert
from handlers.alerts.reply_plan import NoChange, Plan, Show, Withdraw, plan_reply
from portout.access.audit import audit_refused, audit_shown, count_lookups
from portout.answers import Answers
from portout.cards.audience import Audience
from portout.cards.buttons import ButtonValue
from portout.slack.event_delivery import EventProcessor
from portout.slack.messages.threads import ThreadReplies
from portout.slack.web_api import GONE_ERRORS, TOKEN_ERRORS, SlackError, SlackRejectedError
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
        if alert is None or not alert.is_relevant:
            return BoltResponse(status=200)
        if not (alert.delivery.revision.is_deletion or answers.access.may_look_up(alert.requester.user)):
            audit_refused(alert.requester, "not_allowed")
            return BoltResponse(status=200)

        async def work(lease: Lease) -> bool:
            return await enricher.handle(lease, alert)

        return await processor.process_once(alert.delivery, work)

    app.event({"type": "message", "subtype": [*_POSTED, *_CHANGED]})(message)


class AlertEnricher(Struct, frozen=True):
    """Replies to alerts, and changes or deletes the replies with them. Callers hold the lease of the alert."""

    answers: Answers
    threads: ThreadReplies
    ledger: Ledger

    async def handle(self, lease: Lease, alert: Alert) -> bool:
        """Post, change or delete the reply as an event requires; return False if Slack has to deliver it again."""
        pauses = iter(_LAST_DELIVERY_PAUSES)
        while True:
            try:
                if not alert.delivery.revision.is_deletion:
                    return await self._enrich(lease, alert)
                await self._withdraw(lease, alert, may_exist=bool(alert.asked.names) or alert.is_mention)
            except SlackRejectedError as refusal:
                if refusal.reason in TOKEN_ERRORS and not await self._is_last(alert):
                    return False
                if refusal.reason in GONE_ERRORS:
                    _log.info("alert.gone")
                else:
                    _log.error("alert.not_placed", reason=refusal.reason)
                return True
            except SlackError:
                pause = next(pauses, None)
                if pause is None or not await self._is_last(alert):
                    return False
                # Slack delivers no more after the last delivery: a call that failed is retried here instead.
                await asyncio.sleep(pause)
            else:
                return True

    async def _is_last(self, alert: Alert) -> bool:
        """Return whether Slack delivers the event no more; the last delivery may have come to another process."""
        return alert.delivery.is_last or await self.ledger.is_last(alert.delivery.event_key)

    async def _enrich(self, lease: Lease, alert: Alert) -> bool:
        """Look up what an alert names, and make its thread show it; return False if a later delivery may show more."""
        looked_up = await self.answers.lookup.look_up(alert.asked, interactive=False)
        count_lookups(alert.requester, looked_up.results)
        _log.info("alert.looked_up", outcomes=dict(Counter(result.outcome for result in looked_up.results)))
        previous = await self.ledger.reply(alert.message)
        plan_for = partial(plan_reply, looked_up, previous, speaks_of_port_outs=alert.speaks_of_port_outs)
        plan = plan_for(is_last=False)
        if plan is NoChange.TRY_AGAIN:
            if not await self._is_last(alert):
                return False
            plan = plan_for(is_last=True)
        await self._follow(lease, alert, plan)
        return True

    async def _follow(self, lease: Lease, alert: Alert, plan: Plan) -> None:
        match plan:
            case Show():
                await self._show(lease, alert, plan)
                audit_shown(alert.requester, plan.looked_up.results, Audience.CHANNEL)
            case Withdraw() | NoChange.SILENT:
                is_withdrawn = False
                if isinstance(plan, Withdraw):
                    is_withdrawn = await self._withdraw(lease, alert, may_exist=alert.had_other_ids)
                if alert.asked.names and not is_withdrawn:
                    _log.info("alert.silent")
                    SILENT_ALERTS.inc()
            case NoChange():
                pass

    async def _show(self, lease: Lease, alert: Alert, plan: Show) -> None:
        """Post the reply, or change the existing one."""
        revision, shown = alert.delivery.revision, plan.looked_up
        button_value = ButtonValue(
            shown.ids,
            alert_ts=alert.message.ts,
            event_ts=revision.event_ts,
            is_posted=True,
            keys=shown.failed_keys,
        )
        message = self.answers.build_message(alert.message.channel, plan.looked_up, Audience.CHANNEL, button_value)
        await self.threads.show(lease, revision, message, plan.ids, may_exist=alert.may_be_answered)

    async def _withdraw(self, lease: Lease, alert: Alert, *, may_exist: bool) -> bool:
        """Delete the reply; return whether there was one."""
        is_withdrawn = await self.threads.withdraw(lease, alert.delivery.revision, may_exist=may_exist)
        if is_withdrawn:
            _log.info("alert.withdrawn")
        return is_withdrawn
