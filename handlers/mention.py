"""`@Port-out <event id>`: the cards in the thread of the mention, for slash commands don't work in threads."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.cards.answer import answer
from bot.cards.blocks import Message
from bot.cards.form import Form
from bot.cards.help import mention_help
from bot.cards.notice import shared_channel
from bot.finding import Found
from bot.identifiers import find_identifiers
from bot.ledger import Place
from bot.logs import current_reference
from bot.messages import texts
from handlers.deliveries import retry_number
from handlers.replies import Answering
from handlers.threads import RefusedError, UnsureError

_log = structlog.get_logger()


def register(app: AsyncApp, answering: Answering) -> None:
    """Join the mention to the app."""

    async def mention(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        if _is_outsider(event, answering):
            _log.info("mention.denied")
            return BoltResponse(status=200)
        channel, ts = event["channel"], event["ts"]
        about = Place(channel, ts, event.get("thread_ts") or ts)
        is_shared = bool(body.get("is_ext_shared_channel")) and channel not in answering.alert_channels
        again = retry_number(request.headers) > 0

        async def work() -> bool:
            message, ids = (shared_channel(), ()) if is_shared else await _look_up(answering, event)
            try:
                await answering.threads.reply(about, message, ids, again=again)
            except RefusedError:
                return True
            except UnsureError:
                return False
            return True

        return await answering.deliveries.see_through(f"mention:{channel}:{ts}", work)

    app.event("app_mention")(mention)


async def _look_up(answering: Answering, event: Mapping[str, Any]) -> tuple[Message, tuple[str, ...]]:
    asked = find_identifiers(*texts(event))
    if not asked.ids:
        _log.info("mention.helped")
        return mention_help(), ()
    findings = await answering.lookup.findings(asked.ids)
    _log.info("mention.answered", outcomes=dict(Counter(finding.outcome for finding in findings)))
    found = tuple(finding.event_id for finding in findings if isinstance(finding, Found))
    return answer(findings, asked, current_reference(), Form.CHANNEL), found


def _is_outsider(event: Mapping[str, Any], answering: Answering) -> bool:
    """Whether somebody of another company is asking; Slack names the team only of those."""
    team = event.get("user_team")
    return team is not None and team not in (answering.identity.team_id, answering.identity.enterprise_id)
