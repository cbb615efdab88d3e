"""What a channel may see: every text field has a rule, and what a rule takes away reaches no message."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from portout.cards.audience import Audience
from portout.cards.history_modal import history_view
from portout.cards.message import build_message
from portout.cards.redaction import RULES, MissingRuleError, as_it_is, free_text, redact_struct
from portout.lookup.results import EventResult, History, LookupFailure, LookupResult, OrderResult, OrderSnapshot
from portout.telnyx.events import PortoutEvent, UnknownEvent, UnknownPayload
from portout.telnyx.orders import Comment, Order
from tests.portout.cards.test_hostile import MANY
from tests.portout.cases import REFERENCE
from tests.portout.payloads import NOW, ORDER_ID

NAME = "Zebediah Quackenbush"
NUMBER = "+13125550147"
WORDS = f"call {NUMBER} "


class OrderWithContact(Order, frozen=True, kw_only=True):
    """An order to which somebody adds a field, and forgets what a channel may see of it."""

    contact_name: str | None = None


def decoded_structs(kind: Any = PortoutEvent | Order | Comment) -> Iterator[type[Struct]]:
    """Yield every Struct that is decoded from what Telnyx says."""
    if get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from decoded_structs(one)
    elif isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
        for inner in get_type_hints(kind).values():
            yield from decoded_structs(inner)


def holds_text(kind: Any) -> bool:
    """Whether a field of this type may hold text."""
    return kind is str or any(map(holds_text, get_args(kind)))


def filled(kind: type[Struct]) -> Any:
    """Make a Struct whose fields hold numbers and names, except those that a channel sees as they are."""
    values: dict[str, Any] = {}
    for name, wanted in get_type_hints(kind).items():
        match RULES[kind][name].__name__:
            case "as_it_is":
                continue
            case "last_four":
                values[name] = [NUMBER]
            case "initials":
                values[name] = NAME
            case "free_text":
                values[name] = WORDS * 100
            case "redact_struct":
                values[name] = filled(wanted)
    return kind(**values)


def test_every_text_field_of_every_decoded_struct_has_a_rule() -> None:
    """One that is added later has none, until somebody decides."""
    fields = {
        (kind, name) for kind in decoded_structs() for name, hint in get_type_hints(kind).items() if holds_text(hint)
    }

    assert len(fields) > 40
    assert {(kind, name) for kind, name in fields if name not in RULES[kind]} == set()


def test_a_field_without_a_rule_can_not_be_shown() -> None:
    """Whatever a card would draw of it: the channel is told nothing rather than too much."""
    with pytest.raises(MissingRuleError, match="contact_name"):
        redact_struct(OrderWithContact(contact_name=NAME))


@pytest.mark.parametrize("kind", get_args(PortoutEvent))
def test_what_a_rule_takes_away_reaches_no_card(kind: type[Struct]) -> None:
    """Neither a number nor a name, in whichever field of the event and its order it stands."""
    event, now = filled(kind), OrderSnapshot(filled(Order), NOW)
    results: list[LookupResult] = [EventResult(ORDER_ID, event, NOW, now), OrderResult(ORDER_ID, now, (event,), NOW)]

    said = msgspec.json.encode([build_message([one], MANY, REFERENCE, Audience.CHANNEL) for one in results]).decode()

    assert "0147" in said
    assert_masked(said)


def test_what_a_rule_takes_away_reaches_no_history() -> None:
    """Its comments and its events."""
    entries = (filled(Comment), *(filled(kind) for kind in get_args(PortoutEvent)))

    assert_masked(
        msgspec.json.encode(history_view(History(ORDER_ID, entries, {}), 1, Audience.CHANNEL, REFERENCE)).decode()
    )


def test_in_private_everything_is_said() -> None:
    """The same order, to the one who asked."""
    found = OrderResult(ORDER_ID, OrderSnapshot(filled(Order), NOW), (), NOW)

    said = msgspec.json.encode(build_message([found], MANY, REFERENCE, Audience.PRIVATE)).decode()

    assert "312-555-0147" in said
    assert NAME in said


def test_redaction_leaves_alone_what_names_no_customer() -> None:
    """Ids, statuses and dates."""
    event = UnknownEvent(id="1", created_at="2026-07-28", payload=UnknownPayload(status="pending", spid="073H"))

    assert redact_struct(event) == event


@given(st.text())
def test_free_text_stays_within_its_limit(text: str) -> None:
    """Whatever it is; and what is short and harmless stays as it is."""
    shown = free_text(text) or ""

    assert len(shown) <= 200
    assert as_it_is(text) == text


def assert_masked(said: str) -> None:
    """Fail where the number, the name or a whole free text is to be read."""
    assert NUMBER.removeprefix("+1") not in "".join(filter(str.isdigit, said))
    assert "Zebediah" not in said
    assert "Quackenbush" not in said
    assert len(said) < 10_000


def test_a_failure_has_nothing_to_redact() -> None:
    """It holds ids and Telnyx's status only."""
    assert {field.name for field in msgspec.structs.fields(LookupFailure)} == {"id", "error"}
