"""The facts on each card, for those who have to decide about a port-out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Date, Message, Mrkdwn, RichText, Section
from portout.cards.error_card import FAILURES
from portout.telnyx.errors import AnyTelnyxError
from tests.portout.cards.builders import BOTH, event_case, lookup_case, missing
from tests.portout.payloads import (
    EVENT_ID,
    EXAMPLES,
    NOW,
    ORDER_ID,
    PIN,
    USER_ID,
    Json,
    event_result,
    foc_date_changed,
    new_comment,
    order,
    other,
    status_changed,
)


def elements(message: Message) -> Iterator[Any]:
    """Yield the elements of all blocks of a message."""
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
                "State now not known · was authorized at the event",
                "1 number to Testing Carrier (SPID 987H)",
                "+35312345678",
                "John Doe",
                "PIN  one was attempted",
            ],
        ),
        ("new_comment", ["new comment", "This is a comment.", f"new comment by user {USER_ID}"]),
        ("foc_date_changed", ["FOC date moved to 2021-03-19 10:07 UTC", "until 2021-03-29"]),
    ],
)
def test_the_documented_examples(name: str, facts: list[str]) -> None:
    """The cards of Telnyx's own examples show every fact that matters, with the event, its order and its time."""
    context = [EVENT_ID, ORDER_ID, "2021-03-19 10:07:15 UTC", "fetched 2026-11-23 13:05:00 UTC"]

    assert missing([*facts, *context], event_case(EXAMPLES[name]).rendered) == []


@pytest.mark.parametrize(
    ("status", "payload", "facts"),
    [
        (
            "pending",
            {},
            [
                "State now not known · was pending at the event",
                "2 numbers asked for by Orchid Wireless (SPID 9Z1Q)",
            ],
        ),
        (
            "rejected",
            {"rejection_reason": "Address does not match."},
            ["was rejected", "Reason  Address does not match."],
        ),
        ("rejected", {"attempted_pin": PIN}, ["A PIN was attempted", "theft"]),
        ("canceled", {"attempted_pin": PIN}, ["PIN  one was attempted"]),
        ("on-hold", {}, ["on-hold", "2 numbers asked for by Orchid Wireless"]),
        ("pending", {"carrier_name": None}, ["2 numbers asked for by another carrier (SPID 9Z1Q)"]),
        ("pending", {"spid": " "}, ["2 numbers asked for by Orchid Wireless This port-out may still wait"]),
        ("pending", {"phone_numbers": None}, ["a port-out asked for by Orchid Wireless"]),
        ("pending", {"phone_numbers": ["unlisted"]}, ["1 number asked for by Orchid", "Numbers  unlisted"]),
    ],
)
def test_a_status_change(status: str, payload: Json, facts: list[str]) -> None:
    """The card of a status change shows the status, the gaining carrier, the subscriber and the reason."""
    rendered = event_case(status_changed(status, **payload)).rendered

    assert missing([*facts, "Subscriber  Wilhelmina Quartz"], rendered) == []


def test_unknown_facts_have_no_label() -> None:
    """A label without a value is not shown."""
    bare = status_changed("rejected", phone_numbers=[], subscriber_name=" ", rejection_reason="", attempted_pin="")
    rendered = event_case(bare).rendered

    assert [label for label in ("Numbers", "Subscriber", "Reason", "PIN") if label in rendered] == []


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (1, "  Numbers  +1 312-555-0100\n"),
        (3, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102\n"),
        (4, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102, +1 more\n"),
        (17, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102, +14 more\n"),
        (5_000, "  Numbers  +1 312-555-0100, +1 312-555-0101, +1 312-555-0102, +4,997 more\n"),
    ],
)
def test_the_first_three_numbers(count: int, line: str) -> None:
    """A card beside another shows the first three as people write them, with the number of the others."""
    numbers = [f"+1312555{number:04}" for number in range(100, 100 + count)]
    result = event_result(status_changed("authorized", phone_numbers=numbers))
    rendered = lookup_case(result, event_result(status_changed("pending"))).rendered

    assert line in rendered
    assert f" · {count:,} number{'s' if count > 1 else ''} to Orchid Wireless" in rendered


@pytest.mark.parametrize(
    ("age", "deadline"),
    [
        (timedelta(0), "in about 24 h (estimate)"),
        (timedelta(hours=22, minutes=30), "in about 90 min (estimate)"),
        (timedelta(hours=23, minutes=59, seconds=50), "in about 1 min (estimate)"),
        (timedelta(hours=24), "Answer now: Telnyx may let the numbers go at any moment"),
        (timedelta(hours=47, minutes=59), "at the latest (estimate)."),
        (timedelta(hours=48), "Answer now: Telnyx's 48 h are over (estimate)"),
        (timedelta(days=400), "Answer now: Telnyx's 48 h are over (estimate)"),
    ],
    ids=str,
)
def test_how_long_is_left(age: timedelta, deadline: str) -> None:
    """The card of a pending order shows until when to answer, and in private how long is left, by the order's age."""
    current = order("pending", created_at=(NOW - age).isoformat())
    result = event_result(status_changed("pending"), order=current)
    private, posted = (lookup_case(result, audience=audience).rendered for audience in BOTH)

    assert missing([deadline], private) == []
    assert "in about" not in posted
    assert missing([deadline] if "in about" not in deadline else ["Answer by"], posted) == []


def test_an_old_event_of_an_order_that_is_not_known() -> None:
    """Nobody is told to answer what Telnyx has decided long ago, but to look, and whom to call."""
    old = status_changed("pending") | {"created_at": (NOW - timedelta(days=3)).isoformat()}

    facts = ["Unless somebody answered, Telnyx has let the numbers go by now (estimate).", "call Telnyx porting"]
    assert missing(facts, event_case(old).rendered) == []


@pytest.mark.parametrize("created_at", [None, "soon", "2026-11-22", 7])
def test_an_age_that_is_not_known(created_at: Any) -> None:
    """Without the time of the event, the card does not show how long is left."""
    rendered = event_case(status_changed("pending") | {"created_at": created_at}).rendered

    assert "State now not known" in rendered
    assert "left" not in rendered


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
    """A FOC date is shown with the last day on which the numbers may be taken, and whether that day is over."""
    assert missing(facts, event_case(foc_date_changed(foc_date)).rendered) == []


def test_times_are_in_the_readers_zone() -> None:
    """A point in time is an element that Slack shows in the reader's time zone, with UTC for other clients."""
    message = event_case(foc_date_changed("2026-11-26T10:30:00-06:00")).message
    dates = [element for element in elements(message) if isinstance(element, Date)]
    context = [element.text for element in elements(message) if isinstance(element, Mrkdwn)]

    assert dates == [
        Date(1795710600, "{date_short} at {time}", "2026-11-26 16:30 UTC"),
        Date(1795710600, "{date_short} at {time}", "2026-11-26 16:30 UTC"),
        Date(1795710600 + 10 * 86_400, "{date_short}", "2026-12-06"),
    ]
    assert "<!date^1795428300^{date_short} at {time_secs}|2026-11-23 10:05:00 UTC>" in context[1]


def test_a_day_is_the_same_everywhere() -> None:
    """A date without a time is text, so that it does not become the day before in America."""
    case = event_case(foc_date_changed("2026-11-26"))

    assert not any(isinstance(element, Date) for element in elements(case.message))
    assert missing(["moved to 2026-11-26", "until 2026-12-06"], case.rendered) == []


@pytest.mark.parametrize(
    ("author", "fact"),
    [
        ({"user_id": None}, "new comment by Telnyx staff"),
        ({"user_id": USER_ID}, f"new comment by user {USER_ID}"),
        ({}, None),
        ({"user_id": ""}, None),
    ],
    ids=["staff", "user", "missing", "empty"],
)
def test_who_wrote_a_comment(author: Json, fact: str | None) -> None:
    """The card of a comment names the author, unless Telnyx sends none."""
    rendered = event_case(new_comment("Sent.", **author)).rendered

    assert (fact or "Sent.") in rendered
    assert ("comment by" in rendered) is (fact is not None)


@pytest.mark.parametrize("comment", ["", "  \n", "\0\0", "\u202e", "\ud83d", None, "\0" * 5_000], ids=repr)
def test_a_comment_without_visible_text(comment: str | None) -> None:
    """The card of a comment without a visible character states that there is no text."""
    case = event_case(new_comment(comment, user_id=None))

    assert missing(["Telnyx sent no text", "new comment by Telnyx staff"], case.rendered) == []
    assert "no text" in case.message.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Orchid Wireless", " by Orchid Wireless "),
        ("T-Mobile USA, Inc.", " by T-Mobile USA, Inc. "),
        ("AT&T (O'Brien) 1", " by AT&T (O'Brien) 1 "),
        ("another carrier", " by “another carrier” "),
        ("Orchid: approved", " by “Orchid: approved” "),
        ("Orchid approved by our desk", " by “Orchid approved by our desk” "),
        ("https://orchid.example", " by “https://orchid.example” "),
        ("O" * 100, f" by “{'O' * 59}…” "),
        ("\u3164 \u2800\u115f\u200b", " by another carrier "),
    ],
    ids=ascii,
)
def test_the_name_of_a_carrier(name: str, shown: str) -> None:
    """A carrier's name is quoted where it could be read as ours, cut at 60 characters, and absent when it is blank."""
    rendered = event_case(status_changed("pending", carrier_name=name)).rendered

    assert shown in " ".join(rendered.split())


def test_an_odd_spid_is_quoted() -> None:
    """An SPID cannot end the bracket in which it stands."""
    assert "(SPID “0) ok (”)" in event_case(status_changed("pending", spid="0) ok (")).message.text


def test_blank_names_are_not_shown() -> None:
    """A subscriber of blank letters is as if there were none, in private and in a channel."""
    for audience in Audience:
        blank = event_result(status_changed("pending", subscriber_name="\u3164\u2800"))
        assert "Subscriber" not in lookup_case(blank, audience=audience).rendered


def test_a_comment_has_at_most_25_lines() -> None:
    """A comment of many short lines does not push the facts of the card away."""
    rendered = event_case(new_comment("\n".join(f"line {number}" for number in range(1, 400)))).rendered

    assert "line 25…" in rendered
    assert "line 26" not in rendered


def test_an_odd_id_of_an_order_is_not_shown() -> None:
    """What Telnyx sends in the place of an order's id is shown only if it is one."""
    assert "98" not in event_case(status_changed("pending") | {"portout_id": "call 98"}).rendered


def test_an_event_of_an_unknown_type() -> None:
    """The card of an event of an unknown type shows the type and every field that is known."""
    unknown = other("portout.split", status="pending", carrier_name="Orchid Wireless", spid="9Z1Q", comment="Split.")
    facts = [
        "portout.split",
        "Its status  pending",
        "asked for by Orchid Wireless (SPID 9Z1Q)",
        "Split.",
        EVENT_ID,
        ORDER_ID,
    ]

    assert missing(facts, event_case(unknown).rendered) == []


def test_a_foc_date_written_with_fewer_digits_has_not_moved_since() -> None:
    """FOC dates are compared as they are shown: the event's has microseconds, the order's has none."""
    event = foc_date_changed("2026-11-26T16:30:00.527000Z")

    def summary(foc: str) -> str:
        return lookup_case(event_result(event, order=order("authorized", foc_date=foc))).message.text

    assert "since moved" not in summary("2026-11-26T16:30:00Z")
    assert "since moved" in summary("2026-11-27T16:30:00Z")


def test_every_failure_has_a_row() -> None:
    """Every failure has a text for the person, a short one for a card, and advice for the operator."""
    assert set(FAILURES) == set(get_args(AnyTelnyxError))
    assert all(row.headline and row.brief and row.operator for row in FAILURES.values())
