"""The questions of whoever has ten seconds, answered by every card in every form, as the table in docs/cards.md has it.

The forms are the full card, the condensed one, and the notification of both, in private and in a channel.
"""

from itertools import takewhile
from pathlib import Path
from typing import Final

import pytest

from portout.lookup.results import LookupFailure, LookupResult
from portout.telnyx.errors import DeadlineExceededError, KeyRejectedError, NotFoundError
from tests.portout.cards.builders import BOTH, Case, lookup_case
from tests.portout.payloads import (
    EVENT_ID,
    PIN,
    event_result,
    foc_date_changed,
    new_comment,
    order,
    order_result,
    other,
    status_changed,
)

TABLE: Final = Path(__file__).parents[3] / "docs" / "cards.md"
QUESTIONS: Final = ("what happened", "which number", "who takes it", "what it is now", "how long is left", "what to do")
DEADLINE: Final = "2026-11-24 10:05 UTC"
FOC: Final = "2026-11-26 16:30 UTC"
ANSWER: Final = "authorize or reject it"
STOP: Final = "stop it: call"
DISPUTE: Final = "dispute it now: call"
LOOK: Final = "Look in Mission Control"

_NUMBER, _CARRIER = "0147", "Orchid Wireless"


def changed(status: str, **fields: str) -> LookupResult:
    """Return the event of a status, and an order that has it now."""
    return event_result(status_changed(status), order=order(status, **fields))


CARDS: Final[dict[str, tuple[LookupResult, tuple[str, ...]]]] = {
    "`pending`": (changed("pending"), ("Waiting for your answer", _NUMBER, _CARRIER, "pending", DEADLINE, ANSWER)),
    "`authorized`": (changed("authorized"), ("Authorized", _NUMBER, _CARRIER, "authorized", FOC, STOP)),
    "`rejected-pending`": (
        changed("rejected-pending"),
        ("Rejection under review", _NUMBER, _CARRIER, "rejected-pending", "", "Nothing to do now"),
    ),
    "`rejected`": (changed("rejected"), ("Rejected", _NUMBER, _CARRIER, "rejected", "", "Nothing to do")),
    "`rejected` for its PIN": (
        event_result(status_changed("rejected", attempted_pin=PIN), order=order("rejected")),
        ("Rejected", _NUMBER, _CARRIER, "rejected", "", "treat it as attempted theft"),
    ),
    "`canceled`": (changed("canceled"), ("Canceled", _NUMBER, _CARRIER, "canceled", "", "Nothing to do")),
    "`ported`": (changed("ported"), ("Ported", _NUMBER, _CARRIER, "ported", "", DISPUTE)),
    "a status that is new": (changed("on-hold"), ("on-hold", _NUMBER, _CARRIER, "on-hold", "", LOOK)),
    "`pending` then, `authorized` now": (
        event_result(status_changed("pending"), order=order("authorized")),
        ("Authorized · was pending at the event", _NUMBER, _CARRIER, "authorized", FOC, STOP),
    ),
    "`pending` then, not known now": (
        event_result(status_changed("pending")),
        ("was pending at the event", _NUMBER, _CARRIER, "State now not known", DEADLINE, LOOK),
    ),
    "`rejected` then, not known now": (
        event_result(status_changed("rejected")),
        ("was rejected at the event", _NUMBER, _CARRIER, "State now not known", "", LOOK),
    ),
    "a comment": (
        event_result(new_comment("Please send the invoice."), order=order("pending")),
        ("new comment", _NUMBER, _CARRIER, "pending", DEADLINE, ANSWER),
    ),
    "a comment, order not known": (
        event_result(new_comment("Please send the invoice.")),
        ("Please send the invoice.", "", "", "State now not known", "", LOOK),
    ),
    "a FOC date": (
        event_result(foc_date_changed("2026-11-26T16:30:00Z"), order=order("authorized")),
        (f"FOC date moved to {FOC}", _NUMBER, _CARRIER, "authorized", FOC, STOP),
    ),
    "a FOC date, rejection under review": (
        event_result(foc_date_changed("2026-11-26T16:30:00Z"), order=order("rejected-pending")),
        (f"FOC date moved to {FOC}", _NUMBER, _CARRIER, "rejected-pending", "", "look again tomorrow"),
    ),
    "a FOC date, order not known": (
        event_result(foc_date_changed("2026-11-26T16:30:00Z")),
        (f"FOC date moved to {FOC}", "", "", "State now not known", FOC, STOP),
    ),
    "an event of an unknown type": (
        event_result(other("portout.split"), order=order("pending")),
        ("portout.split", _NUMBER, _CARRIER, "pending", DEADLINE, ANSWER),
    ),
    "an order": (
        order_result(order("pending"), status_changed("pending")),
        ("Waiting for your answer", _NUMBER, _CARRIER, "pending", DEADLINE, ANSWER),
    ),
    "an order, state not known": (
        order_result(DeadlineExceededError(), status_changed("pending")),
        ("was pending at its last event", _NUMBER, _CARRIER, "State now not known", DEADLINE, LOOK),
    ),
    "no such port-out": (
        LookupFailure(EVENT_ID, NotFoundError(status=404)),
        ("No port-out has this id", "", "", "", "", "Look for data.id"),
    ),
    "Telnyx refuses the key": (
        LookupFailure(EVENT_ID, KeyRejectedError(status=401)),
        ("Telnyx refused our key", "", "", "", "", "whoever runs this bot"),
    ),
    "Telnyx is too slow": (
        LookupFailure(EVENT_ID, DeadlineExceededError()),
        ("Telnyx took too long", "", "", "", "", "Try again in a minute"),
    ),
}
"""What answers each question on the card of each row of the table, in the order of `QUESTIONS`; empty: nothing does."""


def forms(result: LookupResult) -> dict[str, str]:
    """Return the texts of a result in every form, on one line."""
    found: dict[str, Case] = {}
    for audience in BOTH:
        found[f"full, {audience.value}"] = lookup_case(result, audience=audience)
        found[f"condensed, {audience.value}"] = lookup_case(*[result] * 4, audience=audience)
    rendered = {name: " ".join(case.rendered.split()) for name, case in found.items()}
    return {**rendered, **{f"notification, {name}": case.message.text for name, case in found.items()}}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_answers_the_questions_in_every_form(name: str) -> None:
    """Whoever reads only the condensed card or the notification misses no answer that the full card has."""
    result, answers = CARDS[name]

    lost = {
        form: unanswered
        for form, text in forms(result).items()
        if (unanswered := [answer for answer in answers if answer.lower() not in text.lower()])
    }

    assert lost == {}


def test_the_table_says_which_questions_are_answered() -> None:
    """Every card has its row in docs/cards.md: *yes* where the test above finds the answer, else the reason."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"| card | {' | '.join(QUESTIONS)} |")
    rows = (line.strip("| ").split(" | ") for line in takewhile(lambda line: line.startswith("|"), lines[start + 2 :]))
    table = {name: cells for name, *cells in rows}

    assert {name: tuple(cell == "yes" for cell in cells) for name, cells in table.items()} == {
        name: tuple(map(bool, answers)) for name, (_, answers) in CARDS.items()
    }
