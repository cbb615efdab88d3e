"""The rate limit per person: how many look-ups in which minute, and how many people are remembered."""

import asyncio
from collections.abc import Callable

from portout.access.rate_limit import MAX_LOOK_UPS, UserRateLimiter

Take = Callable[[str, float], float]
"""Takes one look-up of a user at a time, in seconds; returns what the limiter does."""


class SetClockLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock a test sets."""

    now = 0.0

    def time(self) -> float:
        return self.now


def limited(test: Callable[[Take], None]) -> None:
    """Run a test with a new limiter, on a clock of its own."""
    loop, limiter = SetClockLoop(), UserRateLimiter()

    def take(user_id: str, at: float) -> float:
        loop.now = at
        return limiter.take(user_id)

    async def run() -> None:
        test(take)

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()


def test_a_minute_passes_for_each_look_up_by_itself() -> None:
    """Over the limit a person waits until the first look-up is a minute old; a refused one does not count."""

    def test(take: Take) -> None:
        assert not any(take("U0ALICE", number) for number in range(MAX_LOOK_UPS))
        assert [take("U0ALICE", at) for at in (40, 59, 60, 60, 61)] == [20, 1, 0, 1, 0]

    limited(test)


def test_people_are_limited_each_for_themselves() -> None:
    """What others look up neither uses a person's allowance, nor renews it."""

    def test(take: Take) -> None:
        assert not any(take("U0ALICE", 0) for _ in range(MAX_LOOK_UPS))
        assert not any(take(f"U{number}", 1) for number in range(10_000))
        assert take("U0ALICE", 2) == 58

    limited(test)


def test_only_so_many_people_are_remembered() -> None:
    """With very many others, who looked up longest ago is forgotten, so that the memory is bounded."""

    def test(take: Take) -> None:
        assert not any(take(user, 0) for user in ("U0ALICE", "U0BOB") for _ in range(MAX_LOOK_UPS))
        assert not any(take(f"U{number}", 1) for number in range(19_999))
        assert take("U0ALICE", 2) == 0
        assert take("U19998", 2) == 0

    limited(test)


def test_who_is_remembered_stays_limited_among_very_many() -> None:
    """A refused person is not forgotten for the look-up that is refused, nor for one of somebody who is remembered."""

    def test(take: Take) -> None:
        assert not any(take("U0ALICE", 0) for _ in range(MAX_LOOK_UPS))
        assert not any(take(f"U{number}", 1) for number in range(19_999))
        assert [take("U19998", 2), take("U0ALICE", 2), take("U0ALICE", 2)] == [0, 58, 58]

    limited(test)
