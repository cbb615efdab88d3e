"""The messages about one port-out that is watched: its card with who is on it, a line for each event, reminders."""

from typing import Final

from msgspec import Struct, structs

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import (
    Actions,
    Block,
    Button,
    Line,
    Message,
    Mrkdwn,
    PlainText,
    Section,
    bold,
    code,
    message,
    text,
)
from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.text import code_safe
from portout.cards.buttons import TAKE, ButtonValue, CardButtons, TakeValue, encode
from portout.cards.card import Card, CardOptions, TextSize
from portout.cards.contacts import Contacts
from portout.cards.events.portout_card import portout_card
from portout.cards.fields.facts import not_known
from portout.cards.fields.timeline import event_line
from portout.cards.message import build_card
from portout.cards.redaction.results import redact
from portout.cards.watching.notices import call, lines_of, utc_time
from portout.lookup.portout_facts import PortoutFacts, facts_of
from portout.lookup.results import EventResult, OrderResult
from portout.lookup.texts.identifiers import normalize_uuid
from portout.telnyx.errors import TelnyxError
from portout.telnyx.events import PortoutEvent

_MAX_EVENT_ID: Final = 64
_LATE_HOURS: Final = 24
_SUMMARY: Final = TextSize(200, has_meaning=True)
_LATE: Final = "Telnyx may let the numbers go at any moment (estimate)."


class Claim(Struct, frozen=True):
    """Who is on a port-out, and since when, in Unix seconds. holder: a user id, empty for nobody."""

    holder: str = ""
    since: float = 0.0


class WatchMessages(Struct, frozen=True):
    """Builds the messages of the watch. All are for a channel: what identifies a customer is masked.

    contacts, portal_url: as on every card. is_listed: whether the channel is in `ALERT_CHANNELS`. mention: whom a
    port-out calls that waits, as mrkdwn; empty for nobody.
    """

    contacts: Contacts
    portal_url: str
    is_listed: bool
    mention: str

    def order(self, result: OrderResult, claim: Claim, *, waits: bool, pin_attempted: bool) -> Message:
        """Return the message of an order.

        result: with its newest event, for where its state is not known. waits: for an answer. pin_attempted: in any of
        its events.
        """
        card = self._card(_redacted(result), pin_attempted=pin_attempted)
        blocks: list[Block] = [*card.blocks(), *call(self.mention if waits else "")]
        if claim.holder:
            blocks.append(Section(Mrkdwn(f"<@{claim.holder}> is on it since {date_token(utc_time(claim.since))}")))
        return message(card.summary(_SUMMARY), (*blocks, self._buttons(result, claim, waits=waits)))

    def event(self, result: OrderResult, event: PortoutEvent, *, calls: bool) -> Message:
        """Return the line that tells an event of an order. calls: the order waits for an answer again."""
        redacted = _redacted(structs.replace(result, events=(event,)))
        event_id = code_safe(event.id, _MAX_EVENT_ID)
        line = (*event_line(_events(redacted)[0]), *((text("  "), code(event_id)) if event_id else ()))
        return lines_of(line, mention=self.mention if calls else "")

    def reminder(self, result: OrderResult, hours: int, claim: Claim) -> Message:
        """Return the reminder that an order waits. hours: since when."""
        redacted = _redacted(result)
        facts = facts_of(redacted)
        card = portout_card(redacted, facts, self._options)
        head: Line = (bold(f"Still waiting for an answer after {hours} h"),)
        carrier: Line = (text(", asked for by "), *card.carrier) if card.carrier else ()
        numbers: Line = (text("Numbers "), *card.numbers, *carrier) if card.numbers else ()
        unknown = not_known(facts)
        now = (text(f"Its state now is not known: {unknown}. {_LATE if hours >= _LATE_HOURS else ''}"),)
        return lines_of(head, numbers, now if unknown else card.meaning, mention=self.caller(claim))

    def caller(self, claim: Claim) -> str:
        """Return whom a reminder calls, as mrkdwn: who is on it, else the mention; empty for nobody."""
        return f"<@{claim.holder}>" if claim.holder else self.mention

    def _card(self, redacted: OrderResult, *, pin_attempted: bool) -> Card:
        events = _events(redacted)
        if events and isinstance(redacted.snapshot, TelnyxError):
            # Odd ids are not shown as ids.
            event_id = normalize_uuid(events[0].id) or redacted.id
            event = EventResult(event_id, events[0], redacted.fetched_at, redacted.snapshot)
            return build_card(event, self._options)
        return portout_card(redacted, _with_pin(facts_of(redacted), attempted=pin_attempted), self._options)

    def _buttons(self, result: OrderResult, claim: Claim, *, waits: bool) -> Actions:
        value = ButtonValue((result.id,), is_posted=True, is_watched=True)
        (row,) = CardButtons(value, self.portal_url, self.is_listed).rows([result], Audience.CHANNEL)
        take = Button(TAKE, PlainText("I'm on it"), encode(TakeValue(result.id, claim.holder)))
        return Actions((take, *row.elements) if waits else row.elements)

    @property
    def _options(self) -> CardOptions:
        return CardOptions(self.contacts, is_posted=True)


def _redacted(result: OrderResult) -> OrderResult:
    (redacted,) = redact((result,))
    if not isinstance(redacted, OrderResult):
        raise TypeError
    return redacted


def _events(result: OrderResult) -> tuple[PortoutEvent, ...]:
    return () if isinstance(result.events, TelnyxError) else result.events


def _with_pin(facts: PortoutFacts, *, attempted: bool) -> PortoutFacts:
    """Return the facts with a PIN that was attempted in an earlier event."""
    if not attempted or facts.pin_attempted:
        return facts
    rejected_for_pin = facts.rejected_for_pin or facts.status == "rejected"
    return structs.replace(facts, pin_attempted=True, rejected_for_pin=rejected_for_pin)
