"""From ids to a message: who asks is authorized, the ids are looked up, the look-up is audited, the message built."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from portout.access.audit import Requester, audit_refused, audit_shown, count_lookups
from portout.access.policy import AccessPolicy, SlackUser
from portout.access.rate_limit import UserRateLimiter
from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.message import MAX_FULL_CARDS, build_message
from portout.cards.notices import refused, slow_down
from portout.lookup.identifiers import ExtractedIds
from portout.lookup.results import LookupFailure, LookupResult
from portout.lookup.service import Lookup
from portout.telemetry.logging import current_request_id


class Answers(Struct, frozen=True):
    """What every surface answers with.

    alert_channels: the channels whose messages are enriched. portal_url: where *Open in Mission Control* leads.
    """

    lookup: Lookup
    access: AccessPolicy
    rate_limiter: UserRateLimiter
    alert_channels: frozenset[str]
    portal_url: str

    def authorize(self, requester: Requester, may: Callable[[SlackUser], bool]) -> Message | None:
        """Return why somebody is not answered, and audit it; None for who may ask and does not ask too often."""
        if not may(requester.user):
            audit_refused(requester, "not_allowed")
            return refused(is_outsider=self.access.is_outsider(requester.user))
        if seconds := self.rate_limiter.take(requester.user.id):
            audit_refused(requester, "too_many")
            return slow_down(seconds)
        return None

    async def look_up(
        self,
        requester: Requester,
        asked: ExtractedIds,
        audience: Audience,
        button_value: ButtonValue,
        *,
        bypass_cache: bool = False,
    ) -> tuple[Message, tuple[str, ...]]:
        """Return the message that shows the ids, and which of them were found."""
        results = await self.lookup.look_up(asked, bypass_cache=bypass_cache)
        count_lookups(requester, results)
        audit_shown(requester, results, audience)
        # An order that is shown with its event is not asked for again.
        button_value = msgspec.structs.replace(button_value, ids=tuple(result.id for result in results))
        message = self.build_message(requester.channel, results, asked, audience, button_value)
        return message, tuple(result.id for result in results if not isinstance(result, LookupFailure))

    def build_message(
        self,
        channel: str,
        results: Sequence[LookupResult],
        asked: ExtractedIds,
        audience: Audience,
        button_value: ButtonValue,
    ) -> Message:
        """Return the message that shows results in a channel."""
        buttons = CardButtons(button_value, self.portal_url, channel in self.alert_channels)
        # Under an alert there is one full card at most.
        max_full = 1 if button_value.alert_ts else MAX_FULL_CARDS
        return build_message(results, asked, current_request_id(), audience, buttons, max_full=max_full)
