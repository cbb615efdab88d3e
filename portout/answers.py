"""From what names port-outs to a message: authorize the requester, look up, audit the look-up, build the message."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from portout.access.audit import Requester, audit_refused, audit_shown, count_lookups
from portout.access.origin import SlackUser
from portout.access.policy import AccessPolicy
from portout.access.rate_limit import UserRateLimiter
from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message
from portout.cards.buttons import ButtonValue, CardButtons, OrderListValue
from portout.cards.contacts import Contacts
from portout.cards.error_card import describe
from portout.cards.lists.order_list import order_list_message, page_of_orders
from portout.cards.message import MAX_FULL_CARDS, build_message
from portout.cards.notices import refused, slow_down
from portout.cards.redaction.results import redact_order_list
from portout.lookup.order_search import reference_in
from portout.lookup.results import LookupFailure, LookupResult, LookupResults, OrderList, is_unknown
from portout.lookup.service import Lookup
from portout.lookup.texts.identifiers import ExtractedIds
from portout.lookup.texts.references import PENDING, Reference
from portout.telemetry.logging import current_request_id
from portout.telnyx.errors import NotFoundError, TelnyxError


class Answer(Struct, frozen=True):
    """The message that answers a request. shown: the results that it shows."""

    message: Message
    requester: Requester
    shown: tuple[LookupResult, ...]
    audience: Audience

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the events and orders that were found."""
        return tuple(result.id for result in self.shown if not isinstance(result, LookupFailure))

    @property
    def failure(self) -> str | None:
        """Return why something that it should show could not be fetched, in a few words; None if nothing is missing."""
        failures = (one for one in self.shown if isinstance(one, LookupFailure) and not is_unknown(one))
        return next((describe(failure.error).brief for failure in failures), None)

    def audit(self) -> None:
        """Log to whom what was shown; to be called when Slack has taken the message."""
        audit_shown(self.requester, self.shown, self.audience)


class Answers(Struct, frozen=True):
    """What every surface needs to answer a request.

    alert_channels: ids of the channels whose messages are enriched. portal_url: the address of *Open in Mission
    Control*. contacts: whom people are told to call.
    """

    lookup: Lookup
    access: AccessPolicy
    rate_limiter: UserRateLimiter
    alert_channels: frozenset[str]
    portal_url: str
    contacts: Contacts

    def authorize(
        self, requester: Requester, is_allowed: Callable[[SlackUser], bool], *, is_counted: bool = True
    ) -> Message | None:
        """Return the refusal of a request, and audit it; None if the requester may have an answer.

        is_allowed: the access rule for this request. is_counted: whether the rate limit of the person or app applies,
        too; not to a repeated request, which was counted before.
        """
        if not is_allowed(requester.user):
            audit_refused(requester, "not_allowed")
            return refused(self.contacts, is_outsider=self.access.is_outsider(requester.user))
        if is_counted and (seconds := self.rate_limiter.take(requester.user.id)):
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
    ) -> Answer:
        """Look ids and references up and count it; return the answer that shows the results.

        bypass_cache: fetch everything anew.
        """
        # Whose the numbers are is only on full cards, and never asked for where others see the answer.
        max_with_numbers = 0 if audience.is_masked else _max_full(button_value)
        looked_up = await self.lookup.look_up(asked, bypass_cache=bypass_cache, max_with_numbers=max_with_numbers)
        count_lookups(requester, looked_up.results)
        looked_up = looked_up.without_unknown()
        # Not the ids of `asked`: an order whose event is shown is on the event's card already.
        button_value = msgspec.structs.replace(button_value, ids=looked_up.ids, keys=looked_up.failed_keys)
        message = self.build_message(requester.channel, looked_up, audience, button_value)
        return Answer(message, requester, looked_up.results, audience)

    async def list_orders(self, requester: Requester, value: OrderListValue, *, bypass_cache: bool = False) -> Answer:
        """Return a page of the list of orders that a button, or the command, asks for; only the requester sees it."""
        audience = self.access.private_audience(requester.user)
        found = await self._find_list(value, bypass_cache=bypass_cache)
        buttons = CardButtons(ButtonValue(()), self.portal_url, is_listed=False)
        if isinstance(found, LookupFailure):
            count_lookups(requester, (found,))
            message = build_message(LookupResults((found,)), current_request_id(), audience, buttons, self.contacts)
            return Answer(message, requester, (found,), audience)
        page = page_of_orders(found, value.number)
        count_lookups(requester, page.entries)
        if audience.is_masked:
            found, masked = redact_order_list(found, page.entries)
            page = msgspec.structs.replace(page, entries=masked)
        message = order_list_message(found, page, value, buttons, self.contacts)
        return Answer(message, requester, tuple(page.entries), audience)

    async def _find_list(self, value: OrderListValue, *, bypass_cache: bool) -> OrderList | LookupFailure:
        reference: Reference | None = PENDING
        if value.order_id:
            # Which number it was is in no button: the order itself tells.
            snapshot = await self.lookup.current_order(value.order_id, interactive=True)
            if isinstance(snapshot, TelnyxError):
                return LookupFailure(value.order_id, snapshot)
            reference = reference_in(snapshot.order, value.field, value.position)
        if reference is None:
            return LookupFailure(value.order_id, NotFoundError())
        return await self.lookup.search.list_orders(reference, bypass_cache=bypass_cache)

    def build_message(
        self, channel: str, looked_up: LookupResults, audience: Audience, button_value: ButtonValue
    ) -> Message:
        """Return the message that shows results in a channel."""
        buttons = CardButtons(button_value, self.portal_url, channel in self.alert_channels)
        max_full = _max_full(button_value)
        return build_message(looked_up, current_request_id(), audience, buttons, self.contacts, max_full)


def _max_full(button_value: ButtonValue) -> int:
    """Return how many cards of a message are full: in a reply to an alert one, and in what its buttons show."""
    return 1 if button_value.alert_ts else MAX_FULL_CARDS
