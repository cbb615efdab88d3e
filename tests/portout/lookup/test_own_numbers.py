"""The look-up of the account's phone numbers: how many at a time, and how long a card waits for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from portout.lookup.results import LookupResult
from portout.lookup.service import Lookup
from portout.lookup.texts.identifiers import ExtractedIds
from portout.telnyx.client import TelnyxClient
from portout.telnyx.phone_numbers import PhoneNumber
from sandbox import faults
from sandbox.serve import serve
from sandbox.telnyx.orders import WAITING
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import PHONE_NUMBERS, TelnyxSandbox


class DeliberateError(Exception):
    """A bug."""


class Desk:
    """A look-up, and Telnyx's stand-in, of which it asks."""

    def __init__(self, telnyx: TelnyxSandbox, url: str, lookup: Lookup) -> None:
        self.telnyx = telnyx
        self.url = url
        self.lookup = lookup

    @property
    def numbers_asked(self) -> int:
        """Return how often Telnyx was asked for a number."""
        return sum(call.path.endswith(PHONE_NUMBERS) for call in self.telnyx.calls)

    async def look_up(self, *ids: str, at_most: int = 3, interactive: bool = True) -> tuple[LookupResult, ...]:
        """Look ids up, with their numbers where there are at most so many."""
        asked = ExtractedIds(ids)
        return (await self.lookup.look_up(asked, max_with_numbers=at_most, interactive=interactive)).results


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    telnyx = TelnyxSandbox(samples(datetime.now(UTC)))
    async with serve(telnyx.app()) as url, TelnyxClient.connect(telnyx.key, f"{url}/v2") as client:
        yield Desk(telnyx, f"{url}/v2", Lookup(client))


def own(result: LookupResult) -> list[str | None]:
    """Return the numbers of a result of which something is known."""
    return [number.phone_number for number in getattr(result, "own_numbers", ())]


async def test_numbers_take_no_more_than_three_places(desk: Desk) -> None:
    """Ten calls at a time are made: however slow the numbers are, nobody's port-out waits for them."""
    release = asyncio.Event()
    desk.telnyx.script.always(faults.held(release), key=PHONE_NUMBERS)
    ids = [event_id for event_id, event in desk.telnyx.samples.events.items() if event.get("portout_id")]
    people = [asyncio.create_task(desk.look_up(event_id)) for event_id in ids]
    await desk.telnyx.called(PHONE_NUMBERS, 3)

    orders = await asyncio.gather(*(desk.look_up(order, at_most=0) for order in desk.telnyx.samples.orders))
    asked = desk.numbers_asked
    release.set()
    await asyncio.gather(*people)

    assert all(result.outcome == "order" for (result,) in orders)
    assert asked == 3


async def test_what_is_late_anyway_waits_a_little_for_numbers(desk: Desk) -> None:
    """The acknowledgement has gone out by then: the card that follows has them."""
    desk.telnyx.script.always(faults.slow(2.1), key=WAITING)

    (result,) = await desk.look_up(WAITING)

    assert own(result) == ["+13125550142", "+13125550143"]


async def test_a_result_that_is_complete_in_time_is_not_late_for_numbers(desk: Desk) -> None:
    """Of two numbers the one that is there is shown, and the other the next time."""
    release = asyncio.Event()
    desk.telnyx.script.then(PHONE_NUMBERS, faults.ok(), faults.held(release))
    started = asyncio.get_running_loop().time()

    (result,) = await desk.look_up(desk.telnyx.samples.names["pending"])

    assert asyncio.get_running_loop().time() - started < 2.5
    assert len(own(result)) == 1
    release.set()
    (result,) = await desk.look_up(desk.telnyx.samples.names["pending"])
    assert len(own(result)) == 2


async def test_only_as_many_results_as_are_shown_in_full_have_their_numbers(desk: Desk) -> None:
    """Ids that Telnyx does not know don't count: they are no cards."""
    names = desk.telnyx.samples.names
    unknown = [f"{number:08x}-8a57-4a51-9d8c-3f6e0d1e2b4a" for number in range(3)]

    some = await desk.look_up(names["pending"], names["ported"], at_most=1)
    asked = desk.numbers_asked
    one = await desk.look_up(names["pending"], *unknown, at_most=1)

    assert [own(result) for result in some] == [[], []]
    assert asked == 0
    assert own(one[0]) == ["+13125550142", "+13125550143"]


async def test_a_bug_costs_no_card(desk: Desk, log_text: Callable[[], str]) -> None:
    """It is logged as one; the card is worth more than what is noted about its numbers."""

    class Broken(TelnyxClient):
        async def phone_number(self, number: str) -> PhoneNumber:
            raise DeliberateError(number)

    async with Broken.connect(desk.telnyx.key, desk.url) as telnyx:
        desk.lookup = Lookup(telnyx)
        (result,) = await desk.look_up(WAITING)

    assert (result.outcome, own(result)) == ("order", [])
    assert '"error":"DeliberateError"' in log_text()
    assert "555014" not in log_text()


@pytest.mark.parametrize(
    "number", ["13125550142", "+1 312-555-0142", "3125550142", "", "+", 13125550142, None, {"x": 1}], ids=repr
)
async def test_a_number_that_is_not_in_e164_is_nobodys(desk: Desk, number: object) -> None:
    """It may be the number of somebody else in another country; one without digits would be all of them."""
    event_id = desk.telnyx.samples.names["pending"]
    desk.telnyx.samples.events[event_id]["payload"]["phone_numbers"] = [number]
    desk.telnyx.samples.orders[WAITING]["phone_numbers"] = [number]

    (result,) = await desk.look_up(event_id)

    assert own(result) == []
    assert desk.numbers_asked == 0
