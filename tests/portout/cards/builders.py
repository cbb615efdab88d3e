"""Messages as the bot answers with them, from results that are given: for the golden files and the tests of cards."""

import io
from typing import Any, Final

from msgspec import Struct
from rich.console import Console

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message
from portout.cards.blockkit.terminal import print_message
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.message import build_message
from portout.cards.notices import help_message
from portout.lookup.identifiers import parse_typed_ids
from portout.lookup.results import LookupFailure, LookupResult, LookupResults
from portout.telnyx.errors import TelnyxError
from tests.portout.payloads import EVENT_ID, event_result

REFERENCE: Final = "k7m2qp"
COMMAND: Final = "/portout-event"
IDS: Final = (
    EVENT_ID,
    "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a",
    "0b6d2a94-51c3-4f0e-8b77-c2f5a1d09e63",
    "c4a8e1f2-7d36-4b95-a0c1-5e9b8d7f6032",
    "7e2f9b10-64ad-4c38-9f51-d80b3a6c1e45",
)


class Case(Struct, frozen=True):
    """A message, the results in it if it answers a look-up, and whom it calls, as mrkdwn."""

    message: Message
    results: tuple[LookupResult, ...] = ()
    mentions: tuple[str, ...] = ()

    @property
    def rendered(self) -> str:
        """The message as text in a terminal; dates in UTC."""
        page = io.StringIO()
        print_message(Console(file=page, width=100, color_system=None, force_terminal=False), self.message)
        return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def lookup_case(
    *results: LookupResult,
    omitted: int = 0,
    unknown: int = 0,
    malformed: tuple[str, ...] = (),
    audience: Audience = Audience.PRIVATE,
    portal_url: str = DEFAULT_PORTAL_URL,
) -> Case:
    """Return the answer to a look-up; omitted, malformed: the ids that were not looked up; unknown: those not shown."""
    value = ButtonValue(tuple(result.id for result in results))
    buttons = CardButtons(value, portal_url, is_listed=audience is Audience.CHANNEL)
    looked_up = LookupResults(results, omitted, unknown, malformed)
    return Case(build_message(looked_up, REFERENCE, audience, buttons), results)


def failure_case(error: TelnyxError) -> Case:
    """Return the answer to a look-up that failed."""
    return lookup_case(LookupFailure(EVENT_ID, error))


def event_case(data: Any) -> Case:
    """Return the answer to a look-up of one event, whose order was not fetched."""
    return lookup_case(event_result(data))


def channel_case(data: Any) -> Case:
    """Return one event, whose order was not fetched, as a channel sees it."""
    return lookup_case(event_result(data), audience=Audience.CHANNEL)


BOTH = (Audience.PRIVATE, Audience.CHANNEL)


def both_audiences(name: str, result: LookupResult) -> dict[str, Case]:
    """Return a result as the person who asked sees it, and as a channel does, by the names of their golden files."""
    return {f"{audience.value}-{name}": lookup_case(result, audience=audience) for audience in BOTH}


def help_case(typed: str) -> Case:
    """Return the help for a text in which there is no id."""
    return Case(help_message(COMMAND, typed, parse_typed_ids(typed)))


def missing(facts: list[str], rendered: str) -> list[str]:
    """Return the facts that do not stand in a rendered message, line breaks aside."""
    line = " ".join(rendered.split())
    return [fact for fact in facts if " ".join(fact.split()) not in line]
