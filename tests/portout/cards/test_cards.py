"""What the cards tell those who have to decide."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest

from portout.cards.blockkit.blocks import Context, Date, Message, Mrkdwn, RichText, Section, Text, message
from portout.cards.error_card import FAILURES
from portout.lookup.results import LookupFailure
from portout.telnyx.errors import AnyTelnyxError, NotFoundError
from tests.portout.cases import IDS, REFERENCE, answered, event
from tests.portout.payloads import (
    EVENT_ID,
    EXAMPLES,
    NOW,
    ORDER_ID,
    PIN,
    USER_ID,
    Json,
    foc_date_changed,
    found,
    new_comment,
    order,
    other,
    status_changed,
)


def missing(facts: list[str], reading: str) -> list[str]:
    """List the facts that can't be read in a message, line ends aside."""
    words = " ".join(reading.split())
    return [fact for fact in facts if " ".join(fact.split()) not in words]


def elements(message: Message) -> Iterator[Any]:
    """Go through all that stands in the blocks."""
    for block in message.blocks:
        if isinstance(block, RichText):
            for part in block.elements:
                yield from part.elements
        elif isinstance(block, Section):
            yield block.text
        else:
            yield from block.elements


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "status_changed",
            [
                "Authorized",
                "1 number to Testing Carrier (SPID 987H)",
                "+35312345678",
                "John Doe",
                "PIN  one was attempted",
            ],
        ),
        ("new_comment", ["New comment", "This is a comment.", f"From  user {USER_ID}"]),
        ("foc_date_changed", ["FOC date moved to 2021-03-19 10:07 UTC", "until 2021-03-29"]),
    ],
)
def test_the_documented_examples(name: str, facts: list[str]) -> None:
    """Of Telnyx's own examples all that matters is on the card, with the event, its order and its time."""
    everywhere = [EVENT_ID, ORDER_ID, "2021-03-19 10:07 UTC", "fetched 2026-11-23 13:05 UTC"]

    assert missing([*facts, *everywhere], event(EXAMPLES[name]).reading) == []


@pytest.mark.parametrize(
    ("status", "payload", "facts"),
    [
        ("pending", {}, ["Waiting for your answer", "2 numbers to Orchid Wireless (SPID 073H)"]),
        ("rejected", {"rejection_reason": "Address does not match."}, ["Rejected", "Reason  Address does not match."]),
        ("rejected", {"attempted_pin": PIN}, ["A PIN was attempted", "theft"]),
        ("canceled", {"attempted_pin": PIN}, ["PIN  one was attempted"]),
        ("on-hold", {}, ["on-hold", "2 numbers asked for by Orchid Wireless"]),
        ("pending", {"carrier_name": None}, ["2 numbers to another carrier (SPID 073H)"]),
        ("pending", {"spid": " "}, ["2 numbers to Orchid Wireless Telnyx"]),
        ("pending", {"phone_numbers": None}, ["a port-out to Orchid Wireless"]),
        ("pending", {"phone_numbers": ["unlisted"]}, ["1 number to Orchid", "Numbers  unlisted"]),
    ],
)
def test_a_status_change(status: str, payload: Json, facts: list[str]) -> None:
    """A status change tells what it is now, to whom the numbers go, whose they are, and why."""
    assert missing([*facts, "Subscriber  Wilhelmina Quartz"], event(status_changed(status, **payload)).reading) == []


def test_what_is_not_known_is_not_said() -> None:
    """A label without a value does not show."""
    bare = status_changed("rejected", phone_numbers=[], subscriber_name=" ", rejection_reason="", attempted_pin="")
    words = event(bare).reading

    assert [label for label in ("Numbers", "Subscriber", "Reason", "PIN") if label in words] == []


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (1, "  Numbers  +1 312-555-0100\n"),
        (3, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102\n"),
        (4, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102, +1 more\n"),
        (17, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102, +14 more\n"),
    ],
)
def test_the_first_three_numbers(count: int, line: str) -> None:
    """The first three numbers are shown as people write them, and how many more there are."""
    numbers = [f"+13125550{number}" for number in range(100, 100 + count)]
    words = event(status_changed("authorized", phone_numbers=numbers)).reading

    assert line in words
    assert f" · {count} number{'s' if count > 1 else ''} to Orchid Wireless" in words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(0), "About 24 h left."),
        (timedelta(hours=22, minutes=30), "About 90 min left."),
        (timedelta(hours=23, minutes=59, seconds=50), "About 1 min left."),
        (timedelta(hours=24), "Answer now."),
        (timedelta(hours=47, minutes=59), "Answer now."),
        (timedelta(hours=48), "Was waiting for an answer"),
        (timedelta(days=400), "Was waiting for an answer"),
    ],
    ids=str,
)
def test_how_long_is_left(age: timedelta, words: str) -> None:
    """A pending order says how long is left until Telnyx decides, by the age of the event."""
    assert words in event(status_changed("pending") | {"created_at": (NOW - age).isoformat()}).reading


@pytest.mark.parametrize("created_at", [None, "soon", "2026-11-22", 7])
def test_an_age_that_is_not_known(created_at: Any) -> None:
    """Without the time of the event nothing is said of how long is left."""
    words = event(status_changed("pending") | {"created_at": created_at}).reading

    assert "Waiting for your answer" in words
    assert "left" not in words


@pytest.mark.parametrize(
    ("foc_date", "facts"),
    [
        ("2026-11-26T16:30:00Z", ["moved to 2026-11-26 16:30 UTC", "may take the numbers", "until 2026-12-06"]),
        ("2026-11-13T13:06:00Z", ["moved to 2026-11-13 13:06 UTC", "may take the numbers", "until 2026-11-23"]),
        ("2026-11-13T13:04:00Z", ["moved to 2026-11-13 13:04 UTC", "could take the numbers until 2026-11-23"]),
        ("2026-11-13", ["moved to 2026-11-13", "may take the numbers", "until 2026-11-23"]),
        ("2026-11-12", ["moved to 2026-11-12", "could take the numbers until 2026-11-22"]),
        ("26 Nov 2026", ["moved to “26 Nov 2026”", "until 10 days after"]),
        ("", ["FOC date changed", "until 10 days after"]),
    ],
)
def test_a_foc_date_and_its_window(foc_date: str, facts: list[str]) -> None:
    """A FOC date comes with the last day on which the numbers may be taken, and whether that is over."""
    assert missing(facts, event(foc_date_changed(foc_date)).reading) == []


def test_times_are_in_the_readers_zone() -> None:
    """A point in time is an element that Slack shows in the reader's zone, with UTC for clients that can't."""
    answer = event(foc_date_changed("2026-11-26T10:30:00-06:00")).message
    dates = [element for element in elements(answer) if isinstance(element, Date)]
    small = [element.text for element in elements(answer) if isinstance(element, Mrkdwn)]

    assert dates == [
        Date(1795710600, "{date_short_pretty} at {time}", "2026-11-26 16:30 UTC"),
        Date(1795710600 + 10 * 86_400, "{date_short_pretty}", "2026-12-06"),
    ]
    assert "<!date^1795428300^{date_short_pretty} {time}|2026-11-23 10:05 UTC>" in small[1]


def test_a_day_is_the_same_everywhere() -> None:
    """A day without a time of day must not become the day before in America."""
    case = event(foc_date_changed("2026-11-26"))

    assert not any(isinstance(element, Date) for element in elements(case.message))
    assert missing(["moved to 2026-11-26", "until 2026-12-06"], case.reading) == []


@pytest.mark.parametrize(
    ("author", "words"),
    [
        ({"user_id": None}, "From  Telnyx staff"),
        ({"user_id": USER_ID}, f"From  user {USER_ID}"),
        ({}, None),
        ({"user_id": ""}, None),
    ],
    ids=["staff", "user", "not said", "empty"],
)
def test_who_wrote_a_comment(author: Json, words: str | None) -> None:
    """A comment names its author; when Telnyx doesn't, neither does the card."""
    reading = event(new_comment("Sent.", **author)).reading

    assert (words or "Sent.") in reading
    assert ("From" in reading) is (words is not None)


@pytest.mark.parametrize("comment", ["", "  \n", "\0\0", "\u202e", "\ud83d", None, "\0" * 5_000], ids=repr)
def test_a_comment_of_nothing(comment: str | None) -> None:
    """A comment without a visible character is said to have no text."""
    case = event(new_comment(comment, user_id=None))

    assert missing(["Telnyx sent no text", "From  Telnyx staff"], case.reading) == []
    assert "no text" in case.message.text


def test_an_event_of_an_unknown_type() -> None:
    """Of an event whose type is new, what is known is shown, and the type's name."""
    unknown = other("portout.split", status="pending", carrier_name="Orchid Wireless", spid="073H", comment="Split.")
    facts = ["portout.split", "Status  pending", "Carrier  Orchid Wireless", "SPID  073H", "Split.", EVENT_ID, ORDER_ID]

    assert missing(facts, event(unknown).reading) == []


def test_three_full_four_condensed() -> None:
    """Up to three cards are shown in full; more are two lines each, and say how to see the rest."""
    comment = found(new_comment("Sent.", user_id=None))
    readings = [answered(*[comment] * number).reading for number in (1, 2, 3, 4)]

    assert ["From" in reading for reading in readings] == [True, True, True, False]
    assert [reading.count("[ Details ]") for reading in readings] == [0, 0, 0, 4]


def test_long_cards_are_condensed() -> None:
    """Three cards that are too long for one message are condensed."""
    comment = found(new_comment('"' * 2_400))

    assert answered(comment, comment, comment).reading.count("[ Details ]") == 3


@pytest.mark.parametrize("more", [[], [IDS[4]]], ids=["in full", "condensed"])
def test_order_is_as_asked(more: list[str]) -> None:
    """Cards come in the order of the ids, whether they were found or not; each with its id."""
    order = [IDS[1], IDS[2], IDS[0], *more]
    results = [
        found(new_comment("Sent."), event_id)
        if event_id == IDS[2]
        else LookupFailure(event_id, NotFoundError(status=404))
        for event_id in order
    ]
    reading = answered(*results).reading

    assert order == sorted(order, key=reading.index)


def test_what_was_left_out_is_told() -> None:
    """Ids beyond the tenth, and what looks like an id but isn't whole, are told of."""
    case = answered(found(status_changed("ported")), omitted=3, malformed=(ORDER_ID[:-1],))

    assert missing(["3 more left out: at most 10 ids", f"Not a whole id: {ORDER_ID[:-1]}"], case.reading) == []


def test_a_reference_only_for_failures() -> None:
    """The name under which the log tells more stands under failures, not under cards."""
    good, bad = found(status_changed("ported")), LookupFailure(IDS[1], NotFoundError(status=404))

    assert [REFERENCE in answered(*results).reading for results in ([good], [bad], [good, bad])] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: message("x", (Context((Mrkdwn("x"),)),) * 51),
        lambda: message("x", (Context((Mrkdwn("x" * 2_900),)),) * 4),
        lambda: Context((Mrkdwn("x"),) * 11),
        lambda: Mrkdwn("x" * 3_001),
        lambda: Text("x" * 3_001),
    ],
    ids=["51 blocks", "long message", "11 elements", "long mrkdwn", "long text"],
)
def test_limits_hold_where_values_are_made(make: Callable[[], object]) -> None:
    """A card that passes one of Slack's limits is a mistake, seen when it is drawn."""
    with pytest.raises(ValueError, match="Slack takes"):
        make()


def test_a_foc_date_written_with_fewer_digits_has_not_moved_since() -> None:
    """The event has microseconds, the order none: what reads the same is the same."""
    moved = foc_date_changed("2026-11-26T16:30:00.527000Z")

    def summary(foc: str) -> str:
        return answered(found(moved, now=order("authorized", foc_date=foc))).message.text

    assert "since moved" not in summary("2026-11-26T16:30:00Z")
    assert "since moved" in summary("2026-11-27T16:30:00Z")


def test_every_failure_has_a_row() -> None:
    """What the person reads, what a part of a card says, and what the operator does."""
    assert set(FAILURES) == set(get_args(AnyTelnyxError))
    assert all(row.headline and row.brief and row.operator for row in FAILURES.values())
