"""`portout-bot show`: the card in a terminal, without Slack."""

from typing import Any

import msgspec
import pytest

from bot.cli.show import show as cli_show
from bot.settings import TelnyxSettings, read_settings
from portout.cards.blockkit.blocks import Message
from sandbox import faults
from sandbox.telnyx.orders import OVER_24_H, OVER_48_H, WAITING
from tests.bot.processes import outcome, portout_bot, printed
from tests.conftest import UNKNOWN_ID, Environment
from tests.oracles import assert_valid_blocks


def telnyx_variables(environment: Environment) -> dict[str, str]:
    """Return the only variables that `show` needs."""
    return {name: value for name, value in environment.bot_variables().items() if name.startswith("TELNYX")}


async def show(environment: Environment, *words: str, as_json: bool = False, **variables: str) -> tuple[int, str, str]:
    """Run `show` in this process with Telnyx's variables and these only."""
    settings = read_settings(TelnyxSettings, telnyx_variables(environment) | variables)
    return await printed(cli_show(settings, " ".join(words), as_json=as_json))


async def test_show_prints_the_card(environment: Environment) -> None:
    """The same look-up in a terminal, without Slack, by a process with Telnyx's variables only."""
    id_ = environment.telnyx.samples.names["pending"].upper()
    code, out, err = await outcome(await portout_bot(telnyx_variables(environment), "show", id_))

    assert (code, err) == (0, "")
    assert "Waiting for your answer (pending) · 2 numbers asked for by Orchid Wireless (SPID 9Z1Q)" in " ".join(
        out.split()
    )
    assert "0193" not in out


async def test_show_prints_block_kit(environment: Environment) -> None:
    """`--json` prints one Slack message for all ids."""
    ids = [environment.telnyx.samples.names["pending"], UNKNOWN_ID]

    code, out, _ = await show(environment, *ids, as_json=True)

    message: Any = msgspec.json.decode(out, type=Message)
    assert_valid_blocks(message)
    assert code == 1
    assert all(id_ in out for id_ in ids)


@pytest.mark.parametrize("as_json", [False, True], ids=["a card", "Block Kit"])
async def test_show_names_who_runs_the_bot(environment: Environment, *, as_json: bool) -> None:
    """As in Slack, where only they can solve the failure."""
    environment.telnyx.script.always(faults.status(401))

    code, out, _ = await show(environment, UNKNOWN_ID, as_json=as_json, BOT_OWNER="Dana in IT")

    assert code == 1
    assert "Tell Dana in IT, who runs this bot, to check" in " ".join(out.split())


async def test_show_names_an_id_that_lost_a_part(environment: Environment) -> None:
    """Below the cards of those that are whole."""
    event_id = environment.telnyx.samples.names["pending"]

    code, out, _ = await show(environment, event_id, event_id[:-2])

    assert (code, f"Not a whole id: {event_id[:-2]}" in out) == (0, True)


async def test_show_prints_every_number(environment: Environment) -> None:
    """Below the card, one on each line; `--json` stays within Slack's limits."""
    samples = environment.telnyx.samples
    event_id = samples.names["pending"]
    samples.events[event_id]["payload"]["phone_numbers"] = [f"+1312555{last:04}" for last in range(5_000)]

    code, out, err = await show(environment, event_id)
    encoded, message, _ = await show(environment, event_id, as_json=True)

    lines = [line.strip() for line in out.splitlines()]
    assert (code, encoded, err) == (0, 0, "")
    assert lines[lines.index("All 5,000 numbers:") + 1 :][:5_000] == [f"+1 312-555-{last:04}" for last in range(5_000)]
    assert_valid_blocks(msgspec.json.decode(message, type=Message))


async def test_show_without_an_id_says_so(environment: Environment) -> None:
    """Exit code 2, as for other wrong arguments."""
    code, out, err = await show(environment, "nonsense")

    assert (code, out) == (2, "")
    assert "No port-out id, key or number there" in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_show_prints_in_any_encoding(environment: Environment, encoding: str) -> None:
    """A card for people, with a question mark for what is missing; JSON is UTF-8 in any case."""
    id_ = environment.telnyx.samples.names["pending"]
    settings = read_settings(TelnyxSettings, telnyx_variables(environment))

    shown, card, err = await printed(cli_show(settings, id_, as_json=False), encoding)
    encoded, message, json_err = await printed(cli_show(settings, id_, as_json=True), encoding)

    assert (shown, encoded, err, json_err) == (0, 0, "", "")
    assert "Waiting for your answer" in card
    assert_valid_blocks(msgspec.json.decode(message.encode(encoding, "surrogateescape"), type=Message))


@pytest.mark.parametrize("text", ["PO_4bb39f", "(312) 555-0142", "pon ORC-20417"])
async def test_show_finds_an_order(environment: Environment, text: str) -> None:
    """By what people have instead of an id, as in Slack."""
    code, out, err = await show(environment, *text.split())

    assert (code, err) == (0, "")
    assert WAITING in out
    assert "Wilhelmina Quartz" in out


async def test_show_lists_what_waits(environment: Environment) -> None:
    """A line for each, the least time first; as JSON, one message for each page."""
    code, out, err = await show(environment, "pending")
    encoded, pages, _ = await show(environment, "pending", as_json=True)

    assert (code, err, encoded) == (0, "", 0)
    assert "3 port-outs wait for your answer" in out
    assert out.index(OVER_48_H) < out.index(OVER_24_H) < out.index(WAITING)
    (message,) = msgspec.json.decode(pages, type=list[Message])
    assert_valid_blocks(message)


async def test_show_names_the_orders_that_it_does_not_show(environment: Environment) -> None:
    """Of a number that has more than three, by their ids."""
    ids = [environment.telnyx.account.open_order("+13125550199") for _ in range(4)]

    code, out, _ = await show(environment, "+13125550199")

    assert code == 0
    assert "4 port-outs of +13125550199, 1 of them not shown here." in " ".join(out.split())
    assert all(order_id in "".join(out.split()) for order_id in ids)
