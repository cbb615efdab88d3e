"""Telnyx's official SDK: its fields are those of the bot and of the stand-in, and it agrees with what both of them do.

One test has it all, and imports the SDK when it runs: that takes more than 2 s of CPU in each process that does.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from nacl.signing import SigningKey

from portout.telnyx.events import FocDateChanged, KnownEvent, NewComment, StatusChanged
from portout.telnyx.orders import Comment, Order
from sandbox.telnyx.orders import WAITING
from sandbox.telnyx.samples import Samples
from tests.bot.transport.webhooks import BODY, KEY, PUBLIC_KEY, VARIABLES, send, signed
from tests.conftest import UNKNOWN_ID, Environment

if TYPE_CHECKING:
    from telnyx import AsyncTelnyx, BaseModel

FROM_REASON = {"reason_names_pin"}
"""Fields of the bot that it reads from a reason."""
NUMBER = "+13125550142"


def models() -> "dict[type[Any], type[BaseModel]]":
    """Return the SDK's model of each known event, of an order and of a comment, by the bot's."""
    from telnyx.types import PortoutDetails, portouts  # noqa: PLC0415  see above

    return {
        StatusChanged: portouts.WebhookPortoutStatusChanged,
        NewComment: portouts.WebhookPortoutNewComment,
        FocDateChanged: portouts.WebhookPortoutFocDateChanged,
        Order: PortoutDetails,
        Comment: portouts.PortoutComment,
    }


def fields(model: "type[BaseModel]") -> set[str]:
    """Return the fields that the SDK knows."""
    return set(model.model_fields)


def payload_of(event: "type[BaseModel]") -> "type[BaseModel]":
    """Return the SDK's model of an event's payload."""
    (payload,) = (part for part in get_args(event.model_fields["payload"].annotation) if part is not type(None))
    model: type[BaseModel] = payload
    return model


def assert_bot_decodes(ours: type[Any], model: "type[BaseModel]") -> None:
    """Raise AssertionError unless all that the bot decodes of an event, an order or a comment has the SDK's name."""
    decoded = {field.encode_name: field.type for field in msgspec.structs.fields(ours)}
    assert decoded.keys() - FROM_REASON <= fields(model)
    if ours in get_args(KnownEvent):
        of_payload = {field.encode_name for field in msgspec.structs.fields(decoded["payload"])}
        types = get_args(get_args(model.model_fields["event_type"].annotation)[0])

        assert of_payload - FROM_REASON <= fields(payload_of(model))
        assert ours.__struct_config__.tag in types
        assert len(types) == len(get_args(KnownEvent))


def assert_account_is_as_documented(account: Samples) -> None:
    """Raise AssertionError unless all that does not differ on purpose has all fields and no other."""
    known = models()
    by_type = {kind.__struct_config__.tag: known[kind] for kind in get_args(KnownEvent)}
    beyond = {account.names[name] for name in ("unknown type", "nothing but nulls", "no payload yet")}
    for event in (event for event_id, event in account.events.items() if event_id not in beyond):
        model = by_type[event["event_type"]]
        assert event.keys() == fields(model)
        assert event["payload"].keys() == fields(payload_of(model))
        model.model_validate(event)
    for order in account.orders.values():
        assert order.keys() == fields(known[Order])
        known[Order].model_validate(order)
    for comment in (comment for comments in account.comments.values() for comment in comments):
        assert comment.keys() == fields(known[Comment])


async def assert_answers_are_understood(client: "AsyncTelnyx", account: Samples) -> None:
    """Raise AssertionError unless the SDK reads events, orders and refusals from the stand-in."""
    from telnyx import NotFoundError  # noqa: PLC0415  see above
    from telnyx.types.portouts import WebhookPortoutStatusChanged  # noqa: PLC0415

    event_id = account.names["pending"]
    event = (await client.portouts.events.retrieve(event_id)).data
    assert isinstance(event, WebhookPortoutStatusChanged)
    order = (await client.portouts.retrieve(event.portout_id or "")).data
    listed = await client.portouts.events.list(filter={"portout_id": event.portout_id or ""})
    with pytest.raises(NotFoundError):
        await client.portouts.events.retrieve(UNKNOWN_ID)

    assert event.payload is not None
    assert event.payload.attempted_pin
    assert order is not None
    assert order.status == event.payload.status
    assert event_id in {listed_event.id for listed_event in listed.data or []}


async def assert_filters_are_read(client: "AsyncTelnyx", account: Samples) -> None:
    """Raise AssertionError unless the SDK writes its filters as the stand-in reads them."""
    now = datetime.now(UTC)
    orders = await client.portouts.list(
        filter={"phone_number": NUMBER, "status_in": ["pending"], "inserted_at": {"gte": now - timedelta(hours=4)}}
    )
    events = await client.portouts.events.list(filter={"created_at": {"gte": now - timedelta(hours=2, minutes=30)}})
    numbers = await client.phone_numbers.list(filter={"phone_number": NUMBER.removeprefix("+")})

    assert [order.id for order in orders.data or []] == [WAITING]
    ids = {event.id for event in events.data or []}
    assert account.names["ported"] in ids
    assert account.names["pending"] not in ids
    assert [row.phone_number for row in numbers.data or []] == [NUMBER]


async def assert_webhooks_are_accepted_alike(environment: Environment) -> None:
    """Raise AssertionError unless the SDK accepts what the bot accepts, and refuses what the bot refuses."""
    from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature  # noqa: PLC0415

    async with environment.bot(**VARIABLES) as bot:
        headers, forged = (signed(BODY, key=key) for key in (KEY, SigningKey(bytes(range(1, 33)))))
        verify_webhook_signature(BODY, headers, PUBLIC_KEY)
        with pytest.raises(WebhookVerificationError):
            verify_webhook_signature(BODY, forged, PUBLIC_KEY)
        assert [await send(bot, BODY, one) for one in (forged, headers)] == [401, 200]


async def test_the_official_sdk_agrees(environment: Environment, subtests: pytest.Subtests) -> None:
    """Of fields, with the bot and the stand-in's account; of answers and filters, with its API; of webhooks."""
    from telnyx import AsyncTelnyx  # noqa: PLC0415  see above

    account = environment.telnyx.account
    for ours, model in models().items():
        with subtests.test("the bot decodes", what=ours.__name__):
            assert_bot_decodes(ours, model)
    with subtests.test("the sample account"):
        assert_account_is_as_documented(account.samples)
    async with AsyncTelnyx(api_key=environment.telnyx.key, base_url=f"{environment.telnyx_url}/v2") as client:
        with subtests.test("answers"):
            await assert_answers_are_understood(client, account.samples)
        with subtests.test("filters"):
            await assert_filters_are_read(client, account.samples)
    with subtests.test("the account after changes"):
        order_id = account.open_order("+13125550188", attempted_pin="0193", pon="TST-1")
        account.add_comment(order_id, "Please call us.")
        account.move_foc_date(order_id, datetime.now(UTC))
        assert_account_is_as_documented(account.samples)
    with subtests.test("webhooks"):
        await assert_webhooks_are_accepted_alike(environment)
