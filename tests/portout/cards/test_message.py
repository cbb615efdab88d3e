"""A message with several results: full or condensed cards, their order, notes, and Slack's limits."""

from collections.abc import Callable

import pytest

from portout.cards.blockkit.blocks import Context, Mrkdwn, Text, message
from portout.lookup.results import LookupFailure
from portout.telnyx.errors import NotFoundError
from tests.portout.cards.builders import IDS, REFERENCE, lookup_case, missing
from tests.portout.payloads import ORDER_ID, event_result, new_comment, status_changed


def test_three_full_four_condensed() -> None:
    """Up to three cards are full; with more, each is condensed. *Details* leads to what several have no room for."""
    result = event_result(new_comment("Sent.", user_id=None))
    messages = [lookup_case(*[result] * number).rendered for number in (1, 2, 3, 4)]

    assert ["Order now" in rendered for rendered in messages] == [True, True, True, False]
    assert [rendered.count("[ Details ]") for rendered in messages] == [0, 2, 3, 4]


def test_long_cards_are_condensed() -> None:
    """Three cards that are too long for one message are condensed."""
    result = event_result(new_comment('"' * 2_400))

    assert lookup_case(result, result, result).rendered.count("[ Details ]") == 3


@pytest.mark.parametrize("more", [[], [IDS[4]]], ids=["in full", "condensed"])
def test_cards_are_in_the_order_of_the_ids(more: list[str]) -> None:
    """Cards are in the order of the ids, found or not, and each shows its id."""
    ids = [IDS[1], IDS[2], IDS[0], *more]
    results = [
        event_result(new_comment("Sent."), event_id)
        if event_id == IDS[2]
        else LookupFailure(event_id, NotFoundError(status=404))
        for event_id in ids
    ]
    rendered = lookup_case(*results).rendered

    assert ids == sorted(ids, key=rendered.index)


def test_ids_that_were_left_out_are_mentioned() -> None:
    """The message mentions ids beyond the tenth, and texts that look like a part of an id."""
    case = lookup_case(event_result(status_changed("ported")), omitted=3, malformed=(ORDER_ID[:-1],))

    assert missing(["3 more left out: at most 10 ids", f"Not a whole id: {ORDER_ID[:-1]}"], case.rendered) == []


def test_only_failures_have_a_reference() -> None:
    """The request id, which leads to the log, is shown below failures and not below cards alone."""
    found, failed = event_result(status_changed("ported")), LookupFailure(IDS[1], NotFoundError(status=404))

    assert [REFERENCE in lookup_case(*results).rendered for results in ([found], [failed], [found, failed])] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "create",
    [
        lambda: message("x", (Context((Mrkdwn("x"),)),) * 51),
        lambda: message("x", (Context((Mrkdwn("x" * 2_900),)),) * 4),
        lambda: Context((Mrkdwn("x"),) * 11),
        lambda: Mrkdwn("x" * 3_001),
        lambda: Text("x" * 3_001),
    ],
    ids=["51 blocks", "long message", "11 elements", "long mrkdwn", "long text"],
)
def test_limits_are_checked_when_values_are_created(create: Callable[[], object]) -> None:
    """A value over one of Slack's limits is a bug in a card, and raises an error when it is created."""
    with pytest.raises(ValueError, match="Slack takes"):
        create()
