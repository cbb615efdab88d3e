"""The slash command, from a signed request to what the user sees."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.faults import Fault
from tests.conftest import UNKNOWN_ID, Bot, Environment, event_calls, message_of
from tests.json_strings import words
from tests.oracles import assert_valid_blocks


def shown(message: object) -> str:
    """Return a message as JSON."""
    return msgspec.json.encode(message).decode()


@pytest.fixture
def event_id(bot: Bot) -> str:
    """The id of an event of a pending port-out."""
    return bot.environment.telnyx.samples.names["pending"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "seed: status changed",
            ["Authorized", "1 number", "+35312345678", "Testing Carrier", "SPID 987H", "John Doe", "one was attempted"],
        ),
        ("seed: new comment", ["This is a comment.", "1c45c968-c2e0-4559-b1dd-db073962fc61"]),
        ("seed: FOC date changed", ["FOC date moved to", "2021-03-29", "most likely it is over"]),
    ],
)
async def test_each_event_type_of_the_seed_has_its_card_in_the_acknowledgement(
    bot: Bot, name: str, expected: list[str]
) -> None:
    """Each of the seed's own examples is answered with its card in the HTTP response itself."""
    event_id = bot.environment.telnyx.samples.names[name]
    order_id = bot.environment.telnyx.samples.events[event_id]["portout_id"]

    message = message_of(await bot.command(event_id))

    assert_valid_blocks(message)
    for value in [*expected, event_id, order_id, "2021-03-19 10:07:15 UTC"]:
        assert value in shown(message)
    assert "1234" not in words(msgspec.to_builtins(message)).replace("+35312345678", "")


async def test_every_sample_event_is_answered_with_a_valid_card(bot: Bot) -> None:
    """No sample, however odd, is answered with a failure or with blocks that Slack would refuse."""
    for event_id in bot.environment.telnyx.samples.events:
        message = message_of(await bot.command(event_id))

        assert_valid_blocks(message)
        assert event_id in shown(message)
        assert "Reference" not in shown(message)


async def test_a_slow_look_up_is_acknowledged_and_the_card_follows(bot: Bot, event_id: str) -> None:
    """When Telnyx takes 3 s, the acknowledgement comes within 2.5 s, and the card follows by `response_url`."""
    bot.environment.telnyx.script.always(faults.slow(3), key=event_id)
    url = bot.environment.response_url()

    answer = await bot.command(event_id, response_url=url)
    late = await bot.environment.slack.response(url, timeout=5)

    assert answer.elapsed < 2.5
    assert f"Still looking up {event_id}" in message_of(answer).text
    assert late["response_type"] == "ephemeral"
    assert "Waiting for your answer" in shown(msgspec.convert(late, Message))


async def test_a_hundred_look_ups_of_one_event_share_one_call(bot: Bot, event_id: str) -> None:
    """Simultaneous commands for one id share one call to Telnyx; each user gets the card."""
    release = asyncio.Event()
    bot.environment.telnyx.script.always(faults.held(release), key=event_id)

    commands = [asyncio.create_task(bot.command(event_id, user=f"U{number}")) for number in range(100)]
    await bot.environment.telnyx.called(event_id)
    release.set()
    answers = await asyncio.gather(*commands)

    assert len({message_of(answer).text for answer in answers}) == 1
    assert event_calls(bot.environment, event_id) == 1
    assert len(bot.environment.telnyx.calls) == 4  # the event, its order, and its two numbers


BUTTON_NAMES = ("Open in Mission Control", "Details", "History", "Refresh", "Post")
FAILURES: dict[str, tuple[Fault, str]] = {
    "401": (faults.status(401), "Telnyx refused our key"),
    "403": (faults.status(403), "may not see port-outs"),
    "404": (faults.status(404), "No port-out has this id"),
    "400": (faults.status(400), "No port-out has this id"),
    "422": (faults.status(422), "No port-out has this id"),
    "429, come back in 40 s": (faults.rate_limited(retry_after=40), "Try again in 40 s"),
    "429, the limit resets in 30 s": (faults.rate_limited(reset=30), "Try again in 30 s"),
    "429, without a time": (faults.rate_limited(), "Try again in a minute"),
    "500": (faults.status(500), "Telnyx is failing"),
    "502": (faults.status(502), "Telnyx is failing"),
    "redirect": (faults.redirect("http://127.0.0.1:1/"), "Telnyx is failing"),
    "connection reset": (faults.reset(), "Telnyx is failing"),
    "truncated": (faults.truncated(), "Telnyx is failing"),
    "stalled": (faults.stalled(), "Telnyx took too long"),
    "silent": (faults.slow(30), "Telnyx took too long"),
    "not JSON": (faults.raw(b"<html>Bad gateway</html>", content_type="text/html"), "could not be read"),
    "empty": (faults.raw(b""), "could not be read"),
    "half JSON": (faults.raw(b'{"data": {"id"'), "could not be read"),
    "data null": (faults.raw(b'{"data": null}'), "could not be read"),
    "errors with a 200": (faults.raw(b'{"errors": [{"code": "10005"}]}'), "could not be read"),
    "bad UTF-8": (faults.raw(b'{"data": {"id": "\xff\xfe"}}'), "could not be read"),
    "oversized": (faults.oversized(2**20), "could not be read"),
    "nested too deep": (faults.raw(b'{"data": ' + b"[" * 100_000), "could not be read"),
}


@pytest.mark.parametrize(("fault", "expected"), FAILURES.values(), ids=FAILURES)
async def test_each_failure_has_one_clear_text(bot: Bot, event_id: str, fault: Fault, expected: str) -> None:
    """Whatever Telnyx does, the user learns within 6 s what it means for which id; and the bot goes on working."""
    bot.environment.telnyx.script.always(fault, key=event_id)
    url = bot.environment.response_url()
    started = asyncio.get_running_loop().time()

    message = message_of(await bot.command(event_id, response_url=url))
    if message.text.startswith("Still looking up"):
        message = msgspec.convert(await bot.environment.slack.response(url, timeout=6), Message)

    assert asyncio.get_running_loop().time() - started < 6
    assert_valid_blocks(message)
    assert expected in message.text
    assert event_id in message.text
    assert "Reference" in shown(message)
    for internal in ("127.0.0.1", "Error", "Traceback", "HTTP", "html"):
        assert internal not in shown(message)
    other = bot.environment.telnyx.samples.names["authorized"]
    assert "Authorized" in message_of(await bot.command(other)).text


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(401), "Tell Dana in IT, who runs this bot, to check TELNYX_API_KEY."),
        (faults.status(403), "Tell Dana in IT, who runs this bot, to give the key's user the Port Outs permission."),
        (faults.raw(b""), "Look it up in Mission Control, and tell Dana in IT, who runs this bot, about it."),
    ],
    ids=["401", "403", "unreadable"],
)
async def test_a_failure_that_only_the_operator_can_solve_names_them(
    environment: Environment, event_id: str, fault: Fault, expected: str
) -> None:
    """With BOT_OWNER set, people read whom to tell."""
    environment.telnyx.script.always(fault, key=event_id)
    async with environment.bot(BOT_OWNER="Dana in IT") as bot:
        assert expected in message_of(await bot.command(event_id)).text


async def test_the_reference_in_a_failure_is_in_the_log(bot: Bot, log_text: Callable[[], str]) -> None:
    """With a user's screenshot the operator finds the log line with the reason."""
    message = message_of(await bot.command(UNKNOWN_ID))
    reference = shown(message).split("Reference `")[1].split("`")[0]

    lines = [msgspec.json.decode(line) for line in log_text().splitlines() if f'"{reference}"' in line]

    assert ("lookup.failed", "not_found", UNKNOWN_ID) in [
        (line["event"], line.get("outcome"), line.get("id")) for line in lines
    ]


async def test_several_ids_are_answered_in_one_message_in_the_order_asked(bot: Bot) -> None:
    """Up to three cards in full; an id that is nothing of Telnyx's does not stand between them, but is counted."""
    names = bot.environment.telnyx.samples.names
    ids = [names["ported"], UNKNOWN_ID, names["canceled"]]

    message = message_of(await bot.command(" ".join(ids)))

    assert_valid_blocks(message)
    expected = ["Ported", "Canceled"]
    lines = message.text.splitlines()
    assert [line[: len(start)] for line, start in zip(lines, expected, strict=True)] == expected
    assert "1 other id belongs to no port-out of this Telnyx account." in shown(message)


async def test_many_ids_are_condensed_and_the_rest_is_counted(bot: Bot) -> None:
    """Ten ids are looked up; the message says how many were left out."""
    known = list(bot.environment.telnyx.samples.events)
    ids = [*known[:8], *(f"3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b{number:02d}" for number in range(5))]

    message = message_of(await bot.command(" ".join(ids)))

    assert_valid_blocks(message)
    assert message.text.startswith("8 port-out ids, 3 to answer, 3 more not looked up:")
    assert all(identifier in shown(message) for identifier in ids[:8])
    assert "2 other ids belong to no port-out" in shown(message)
    assert "3 more left out" in shown(message)


@pytest.mark.parametrize("text", ["", "help", "HELP", "  "])
async def test_help_is_shown(bot: Bot, text: str) -> None:
    """On request, or where no text was typed: how to use the command, the other ways, the buttons and the terms."""
    message = message_of(await bot.command(text))

    assert_valid_blocks(message)
    assert message.text.startswith("Type /portout-event &lt;key, number or id&gt;")
    for name in (
        "portout_id",
        "Look up port-outs",
        "@Port-out &lt;id, key or number&gt;",
        "/portout-event pending",
        "FOC",
        "SPID",
        "PON",
        *BUTTON_NAMES,
    ):
        assert name in message.text
    assert bot.environment.telnyx.calls == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the one from <!channel> & `this` morning", "the one from &lt;!channel&gt; &amp; this morning"),
        ("eef3340b-8903-4466-b445-89b697315a3", "That id is not whole: eef3340b-8903-4466-b445-89b697315a3"),
        ("x" * 5000, "x" * 190),
    ],
    ids=["words", "a cut id", "very long"],
)
async def test_text_without_an_id_is_repeated_with_the_help(bot: Bot, text: str, expected: str) -> None:
    """The user sees what arrived, escaped, and what to type instead; no call to Telnyx is made."""
    message = message_of(await bot.command(text))

    assert_valid_blocks(message)
    assert expected in message.text
    assert "Type /portout-event" in message.text
    assert message.text.endswith("More: /portout-event help")
    assert bot.environment.telnyx.calls == []


async def test_an_incomplete_id_is_named_beside_the_cards(bot: Bot, event_id: str) -> None:
    """A wrong id among good ones is not dropped silently."""
    message = message_of(await bot.command(f"{event_id} eef3340b-8903-4466-b445-89b697315a3"))

    assert "Not a whole id: `eef3340b-8903-4466-b445-89b697315a3`" in shown(message)


async def test_a_temporary_failure_is_retried(bot: Bot, event_id: str) -> None:
    """A 503, and a 429 that asks for no wait, cost a moment, not the card."""
    bot.environment.telnyx.script.then(event_id, faults.status(503), faults.rate_limited(retry_after=0))

    message = message_of(await bot.command(event_id))

    assert "Waiting for your answer" in message.text
    assert event_calls(bot.environment, event_id) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_permanent_failure_is_not_retried(bot: Bot, event_id: str, status: int) -> None:
    """A retry would not change the answer."""
    bot.environment.telnyx.script.always(faults.status(status), key=event_id)

    await bot.command(event_id)

    assert event_calls(bot.environment, event_id) == 1


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (faults.ok(), 1),
        (faults.status(404), 1),
        (faults.status(401), 2),
        (faults.raw(b""), 2 * 3),
        (faults.raw(b"<html>", "text/html", 404), 2 * 3),
    ],
    ids=["found", "unknown", "refused", "unreadable", "not from Telnyx"],
)
async def test_only_what_will_not_change_soon_is_cached(bot: Bot, event_id: str, fault: Fault, calls: int) -> None:
    """A found event and an unknown id are cached for a while; after another failure the next look-up calls again."""
    bot.environment.telnyx.script.always(fault, key=event_id)

    await bot.command(event_id)
    await bot.command(event_id)

    assert event_calls(bot.environment, event_id) == calls


async def test_a_command_costs_no_call_to_slack(bot: Bot, event_id: str) -> None:
    """One auth.test when the bot starts, none for a command."""
    await asyncio.gather(*(bot.command(event_id) for _ in range(20)))

    assert [call.method for call in bot.environment.slack.calls] == ["auth.test"]


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [("", "response_url.failed"), ("http://slack.com.example.org/commands/1", "response_url.refused")],
    ids=["Slack refuses it", "it is not for Slack"],
)
async def test_a_late_answer_that_cannot_be_sent_is_in_the_log(
    environment: Environment, log_text: Callable[[], str], elsewhere: str, expected: str
) -> None:
    """The user cannot be reached any more, so the operator is; nothing is sent to a host that is not Slack's."""
    event_id = environment.telnyx.samples.names["pending"]
    environment.telnyx.script.always(faults.slow(2.2), key=event_id)
    environment.slack.script.always(faults.status(404), key="response_url")

    async with environment.bot() as bot:
        await bot.command(event_id, response_url=elsewhere or environment.response_url())

    assert log_text().count(expected) == 1
