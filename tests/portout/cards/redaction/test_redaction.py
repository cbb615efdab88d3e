"""Redaction for channels: every text field has a rule, and what a rule removes reaches no message."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Struct

from portout.cards.audience import Audience
from portout.cards.message import build_message
from portout.cards.modals.view import build_view
from portout.cards.redaction.masking import names_of
from portout.cards.redaction.results import redact, redact_order_list
from portout.cards.redaction.rules import RULES, MissingRuleError, as_it_is, redact_struct
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import (
    EventResult,
    LookupFailure,
    LookupResult,
    LookupResults,
    MoreOrders,
    OrderList,
    OrderResult,
    OrderSnapshot,
    search_failure,
)
from portout.lookup.texts.references import PENDING, Reference
from portout.telnyx.errors import NotFoundError
from portout.telnyx.events import PortoutEvent, UnknownEvent, UnknownPayload
from portout.telnyx.orders import Comment, Order
from tests.portout.cards.builders import REFERENCE
from tests.portout.payloads import (
    EVENT_ID,
    NOW,
    ORDER_ID,
    event_result,
    history,
    new_comment,
    order,
    order_result,
    status_changed,
)

NAME = "Zebediah Quackenbush"
NUMBER = "+13125550147"
FREE_TEXT = f"call {NUMBER} "


class OrderWithContact(Order, frozen=True, kw_only=True):
    """An order with a field for which somebody forgot to add a rule."""

    contact_name: str | None = None


def decoded_structs(kind: Any = PortoutEvent | Order | Comment) -> Iterator[type[Struct]]:
    """Yield every Struct that is decoded from Telnyx's answers."""
    if get_origin(kind) in (Union, UnionType):
        for variant in get_args(kind):
            yield from decoded_structs(variant)
    elif isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from decoded_structs(hint)


def holds_text(kind: Any) -> bool:
    """Return whether a field of this type may hold text."""
    return kind is str or any(map(holds_text, get_args(kind)))


def filled(kind: type[Struct]) -> Any:
    """Return a Struct with a number or a name in every field that redaction changes."""
    values: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        match RULES[kind][name].__name__:
            case "as_it_is":
                continue
            case "last_four":
                values[name] = [NUMBER]
            case "subscriber":
                values[name] = NAME
            case "free_text":
                values[name] = FREE_TEXT * 100
            case "redact_struct":
                values[name] = filled(hint)
            case "rejection_code":
                values[name] = int(NUMBER.strip("+"))
            case _:
                values[name] = f"{NAME} {NUMBER}"
    return kind(**values)


def test_every_text_field_of_every_decoded_struct_has_a_rule() -> None:
    """A field that is added later fails here until somebody decides what a channel may see of it."""
    fields = {
        (kind, name) for kind in decoded_structs() for name, hint in get_type_hints(kind).items() if holds_text(hint)
    }

    assert len(fields) > 40
    assert {(kind, name) for kind, name in fields if name not in RULES[kind]} == set()


def test_what_a_channel_sees_as_it_is_is_decided_by_name() -> None:
    """No text is among these; whoever adds one has to say so here, too."""
    fields = {
        f"{kind.__name__}.{name}" for kind, rules in RULES.items() for name, rule in rules.items() if rule is as_it_is
    }
    names = {field.partition(".")[2] for field in fields}

    assert names == {"attempted_pin", "reason_names_pin"}


def test_a_field_without_a_rule_can_not_be_redacted() -> None:
    """A Struct with such a field is refused: a channel sees nothing rather than too much."""
    with pytest.raises(MissingRuleError, match="contact_name"):
        redact_struct(OrderWithContact(contact_name=NAME))


@pytest.mark.parametrize("kind", get_args(PortoutEvent))
def test_what_a_rule_removes_reaches_no_card(kind: type[Struct]) -> None:
    """Neither a number nor a name in any field of an event and its order is shown in a channel."""
    event, snapshot = filled(kind), OrderSnapshot(filled(Order), NOW)
    results: list[LookupResult] = [
        EventResult(ORDER_ID, event, NOW, snapshot),
        OrderResult(ORDER_ID, snapshot, (event,), NOW),
    ]

    encoded = msgspec.json.encode(
        [build_message(LookupResults((result,)), REFERENCE, Audience.CHANNEL) for result in results]
    ).decode()

    assert "0147" in encoded
    assert_masked(encoded)


def test_what_a_rule_removes_reaches_no_history() -> None:
    """Neither a number nor a name in any comment or event of a history is shown in a channel."""
    entries = (filled(Comment), *(filled(kind) for kind in get_args(PortoutEvent)))

    assert_masked(msgspec.json.encode(build_view(history(*entries), 1, Audience.CHANNEL, REFERENCE)).decode())


def test_in_private_everything_is_shown() -> None:
    """The person who asked sees the number and the name of the same order in full."""
    result = OrderResult(ORDER_ID, OrderSnapshot(filled(Order), NOW), (), NOW)

    encoded = msgspec.json.encode(build_message(LookupResults((result,)), REFERENCE, Audience.PRIVATE)).decode()

    assert "312-555-0147" in encoded
    assert NAME in encoded


def test_redaction_does_not_change_what_identifies_no_customer() -> None:
    """Ids, known statuses, dates, keys and SPIDs stay as they are."""
    event = UnknownEvent(
        id=EVENT_ID, created_at="2026-07-28", payload=UnknownPayload(status="rejected-pending", spid="9Z1Q")
    )
    order = Order(id=ORDER_ID, support_key="PO_482913", pon="ORC-20417", foc_date="2026-11-26T16:30:00.527000+00:00")

    assert redact_struct(event) == event
    assert redact_struct(order) == order


def test_a_status_stays_whatever_the_name_of_the_subscriber() -> None:
    """A name that is a word of ours does not change what a card says of the order; a status of no meaning is masked."""
    names = names_of(["Ported Pending Hold"])

    assert redact_struct(Order(status="pending"), names).status == "pending"
    assert redact_struct(Order(status="on-hold"), names).status == "on-•••"


def test_names_are_struck_from_all_results_of_a_message() -> None:
    """The name in one order is struck from the comment of another event in the same message."""
    named = event_result(status_changed("pending"))
    comment = event_result(new_comment("Ask Ms. Quartz."), ORDER_ID)

    message = build_message(LookupResults((named, comment)), REFERENCE, Audience.CHANNEL)

    assert "Ask Ms. •••." in message.text


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("in_first", [True, False])
def test_only_the_numbers_that_a_card_shows_are_masked(in_order: bool, in_first: bool) -> None:  # noqa: FBT001
    """Those of its event, else of its order, else of the newest other event; a redacted result holds no others."""
    numbers = [NUMBER, "+13125550148"]
    with_numbers, without = (status_changed("pending", phone_numbers=value) for value in (numbers, None))
    state = order("pending", phone_numbers=numbers if in_order else None)
    own = with_numbers if in_first else without
    for result in (
        event_result(own, EVENT_ID, without, with_numbers, with_numbers, order=state),
        order_result(state, own, without, with_numbers),
    ):
        (redacted,) = redact([result])

        assert isinstance(redacted, EventResult | OrderResult)
        assert isinstance(result, EventResult | OrderResult)
        assert facts_of(result).numbers == numbers
        assert facts_of(redacted).numbers == ["•••• 0147", "•••• 0148"]
        others = redacted.others if isinstance(redacted, EventResult) else redacted.events
        held = [getattr(event.payload, "phone_numbers", None) for event in others]  # type: ignore[union-attr]
        assert len(list(filter(None, held))) <= 1


def assert_masked(encoded: str) -> None:
    """Raise AssertionError when the number, the name or a whole free text can be read."""
    assert NUMBER.removeprefix("+1") not in "".join(filter(str.isdigit, encoded))
    assert "Zebediah" not in encoded
    assert "Quackenbush" not in encoded
    assert len(encoded) < 10_000


def test_names_are_struck_from_what_stands_beside_the_results() -> None:
    """What was searched by may be the subscriber's name; *pending* stays, whatever anybody's name is."""
    found = order_result(order("pending", end_user_name=NAME))
    by_name = Reference("pon", f"Q-{NAME}")
    more = MoreOrders(by_name, ORDER_ID, 0, 2, (EVENT_ID,))
    looked_up = LookupResults((found,), more=(more,), unknown_references=(by_name,))
    listed = OrderList(by_name, (found,), has_all=True, as_of=NOW)
    of_pending = order_result(order("pending", end_user_name="Pending"))

    message = build_message(looked_up, REFERENCE, Audience.CHANNEL)
    masked, _ = redact_order_list(listed, (found,))
    pending, _ = redact_order_list(OrderList(PENDING, (of_pending,), has_all=True, as_of=NOW), (of_pending,))

    assert "2 port-outs of Q-" in message.text
    assert "No port-out of" in msgspec.json.encode(message).decode()
    assert "Zebediah" not in msgspec.json.encode(message).decode() + str(masked.reference)
    assert pending.reference == PENDING


def test_of_a_failure_the_reference_is_redacted() -> None:
    """A failure holds only the id, the error, which has no text from Telnyx, and what was searched by."""
    references = (
        Reference("phone_number", "+13125550147"),
        Reference("pon", "312-555-0147"),
        Reference("support_key", "PO_5a31f0"),
    )
    number, pon, key = redact(search_failure(reference, NotFoundError()) for reference in references)

    assert [number.id, pon.id, key.id] == ["phone_number", "pon", "PO_5a31f0"]
    values = [one.reference.value for one in (number, pon, key) if isinstance(one, LookupFailure) and one.reference]
    assert values == ["•••• 0147", "•••• 0147", "PO_5a31f0"]
    assert {field.name for field in msgspec.structs.fields(LookupFailure)} == {"id", "error", "reference"}
