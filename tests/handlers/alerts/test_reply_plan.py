"""What an alert's thread has to show, by the look-up's results and the existing reply."""

import enum
from datetime import UTC, datetime

import pytest

from handlers.alerts.reply_plan import NoChange, Plan, Show, Withdraw, plan_reply
from portout.lookup.results import EventResult, LookupFailure, LookupResults, search_failure
from portout.lookup.texts.references import Reference
from portout.state.ledger import MessageRef, PostedReply
from portout.telnyx.errors import KeyRejectedError, NotFoundError, TelnyxError, UpstreamError
from portout.telnyx.events import StatusChanged

NOW = datetime(2026, 11, 25, tzinfo=UTC)
A, B, GONE, FAILING, REFUSED = (
    EventResult("a", StatusChanged(), NOW),
    EventResult("b", StatusChanged(), NOW),
    LookupFailure("gone", NotFoundError()),
    LookupFailure("failing", UpstreamError()),
    LookupFailure("refused", KeyRejectedError()),
)
KEY = search_failure(Reference("support_key", "PO_4bb39f"), UpstreamError())


class Flag(enum.Flag):
    """What is true of an alert: its words speak of port-outs, it is the last delivery."""

    SPEAKS = enum.auto()
    LAST = enum.auto()


BARE, SPEAKS, LAST = Flag(0), Flag.SPEAKS, Flag.LAST


def shown(*ids: str) -> PostedReply:
    """Return an existing reply that shows these ids."""
    return PostedReply(MessageRef("C1", "2.0", "1.0"), ids)


@pytest.mark.parametrize(
    ("results", "previous", "alert", "plan"),
    [
        ([A, B], None, BARE, Show(LookupResults((A, B)), ("a", "b"))),
        ([A, GONE], None, BARE, Show(LookupResults((A,)), ("a",))),
        ([GONE], None, SPEAKS | LAST, Withdraw()),
        ([], None, BARE, Withdraw()),
        ([REFUSED], None, SPEAKS | LAST, NoChange.SILENT),
        ([A, FAILING], None, BARE, NoChange.TRY_AGAIN),
        ([A, FAILING], None, LAST, Show(LookupResults((A, FAILING)), ("a",))),
        ([FAILING], None, LAST, NoChange.SILENT),
        ([FAILING], None, SPEAKS | LAST, Show(LookupResults((FAILING,)), ())),
        ([A, B], shown("b", "a"), BARE, NoChange.UNCHANGED),
        ([A], shown("a", "b"), BARE, Show(LookupResults((A,)), ("a",))),
        ([A, B], shown("a"), BARE, Show(LookupResults((A, B)), ("a", "b"))),
        ([A, FAILING], shown("a"), LAST, Show(LookupResults((A, FAILING)), ("a",))),
        ([A, FAILING], shown("a", "failing"), LAST, NoChange.UNCHANGED),
        ([FAILING], shown("failing"), SPEAKS | LAST, NoChange.UNCHANGED),
        ([KEY], shown("a"), SPEAKS | LAST, NoChange.UNCHANGED),
        ([A, KEY], shown("a", "b"), LAST, NoChange.UNCHANGED),
        ([A, KEY], shown("a"), LAST, Show(LookupResults((A, KEY)), ("a",))),
        ([KEY], None, SPEAKS | LAST, Show(LookupResults((KEY,)), ())),
        ([GONE], shown("a"), BARE, Withdraw()),
        ([REFUSED], shown("a"), LAST, NoChange.SILENT),
        ([GONE, REFUSED], shown("a"), LAST, NoChange.SILENT),
    ],
)
def test_the_plan(
    results: list[EventResult | LookupFailure],
    previous: PostedReply | None,
    alert: Flag,
    plan: Plan,
) -> None:
    """What was found is shown, unless the reply shows it; a failure is retried, and shown at the last delivery.

    A reply is withdrawn only if Telnyx knows none of the ids.
    """
    looked_up, speaks = LookupResults(tuple(results)), SPEAKS in alert

    assert plan_reply(looked_up, previous, speaks_of_port_outs=speaks, is_last=LAST in alert) == plan


@pytest.mark.parametrize("error", [UpstreamError(), KeyRejectedError()])
def test_an_alert_without_a_port_out_stays_without_a_reply(error: TelnyxError) -> None:
    """Whatever fails at Telnyx for a UUID in a message that does not speak of port-outs."""
    looked_up = LookupResults((LookupFailure("x", error),))

    assert plan_reply(looked_up, None, speaks_of_port_outs=False, is_last=True) is NoChange.SILENT
