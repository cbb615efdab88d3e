"""Sharing calls and keeping answers, where it can't be seen from outside."""

import asyncio

from portout.lookup.cache import CoalescingCache, Fetched, PriorityLimiter
from portout.telnyx.errors import DeadlineExceededError, NotFoundError, UpstreamError


class Source:
    """Answers with the key, once it is let; counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = asyncio.Event()
        self.news = asyncio.Condition()
        self.fails: dict[str, Exception] = {}

    async def ask(self, key: str) -> str:
        """Answer."""
        async with self.news:
            self.asked.append(key)
            self.news.notify_all()
        await self.open.wait()
        if key in self.fails:
            raise self.fails[key]
        return key


async def until(source: Source, number: int) -> None:
    """Wait until so many calls are under way."""
    async with source.news:
        await source.news.wait_for(lambda: len(source.asked) >= number)


async def test_a_person_does_not_stand_in_the_alerts_queue() -> None:
    """An id for which an alert waits is asked for at once when a person asks; the alert then takes that answer."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.ask)
    flood = [asyncio.create_task(cache.get(str(number), interactive=False)) for number in range(20)]
    await until(source, 6)

    person = asyncio.create_task(cache.get("19", interactive=True))
    await until(source, 7)
    source.open.set()
    outcome = await person
    await asyncio.gather(*flood)

    assert isinstance(outcome, Fetched)
    assert source.asked[6] == "19"
    assert sorted(source.asked) == sorted(map(str, range(20)))


async def test_alerts_leave_room_for_people() -> None:
    """Six calls for alerts, ten in all."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.ask)
    alerts = [asyncio.create_task(cache.get(f"a{number}", interactive=False)) for number in range(20)]
    people = [asyncio.create_task(cache.get(f"p{number}", interactive=True)) for number in range(20)]
    await until(source, 10)
    under_way = list(source.asked)
    source.open.set()
    await asyncio.gather(*alerts, *people)

    assert len([one for one in under_way if one.startswith("a")]) == 6
    assert len(under_way) == 10


async def test_who_gives_up_does_not_end_the_call() -> None:
    """Others still wait, and the next one finds the answer."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.ask)

    gave_up = await cache.get("1", interactive=True, max_wait=0)
    waits = asyncio.create_task(cache.get("1", interactive=True))
    await until(source, 1)
    source.open.set()

    assert isinstance(gave_up, DeadlineExceededError)
    assert isinstance(await waits, Fetched)
    assert isinstance(await cache.get("1", interactive=True), Fetched)
    assert source.asked == ["1"]


async def test_for_an_alert_the_time_starts_with_its_turn() -> None:
    """What waits in the queue doesn't fail for that."""
    source = Source()
    cache = CoalescingCache("x", PriorityLimiter(), source.ask)
    stuck = await asyncio.gather(*(cache.get(str(number), interactive=False, max_wait=0.01) for number in range(12)))
    source.open.set()

    assert {type(outcome) for outcome in stuck} == {DeadlineExceededError}
    assert len(source.asked) == 12


async def test_only_what_will_not_change_soon_is_kept() -> None:
    """An answer and an unknown id; a fresh question passes by what is kept, and replaces it."""
    source = Source()
    source.open.set()
    source.fails = {"unknown": NotFoundError(), "failing": UpstreamError()}
    cache = CoalescingCache("x", PriorityLimiter(), source.ask)

    for key in ("known", "unknown", "failing"):
        await cache.get(key, interactive=True)
        await cache.get(key, interactive=True)
    await cache.get("known", interactive=True, bypass_cache=True)

    assert source.asked == ["known", "unknown", "failing", "failing", "known"]
