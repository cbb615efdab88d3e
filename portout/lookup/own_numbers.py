"""What the account notes about its own phone numbers: whose they are. A card has it if it is there in time."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import structlog
from msgspec import structs

from portout.lookup.cache import CoalescingCache, Fetched, FetchResult, PriorityLimiter
from portout.lookup.portout_facts import numbers_of
from portout.lookup.results import LookupFailure, LookupResult, LookupResults
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import KeyRejectedError, NotFoundError
from portout.telnyx.phone_numbers import PhoneNumber, is_e164

MAX_NUMBERS: Final = 3
"""The numbers of a port-out that are asked for: the first ones."""

_MAX_CALLS: Final = 3  # at a time, of those for people: nobody's port-out waits for them
_CACHE_SECONDS: Final = 300
_REFUSED_SECONDS: Final = 300  # until a key that may not read phone numbers is tried again
_ACK: Final = 2.0  # seconds from the request, when a command is acknowledged with its card or without
_WAIT_AFTER_ACK: Final = 1.0  # seconds

_log = structlog.get_logger()

_Started = FetchResult[PhoneNumber] | asyncio.Future[FetchResult[PhoneNumber]]


class OwnNumbers:
    """Looks the account's phone numbers up. Answers are cached for 5 minutes, concurrent requests share their calls.

    A key without the permission to read them is a legal set-up: it counts as if the account did not have the number.
    """

    def __init__(self, telnyx: TelnyxClient, limiter: PriorityLimiter) -> None:
        """Fetch with `telnyx`. limiter: of all calls to Telnyx."""
        self._telnyx = telnyx
        self._refused_until = 0.0
        limiter = PriorityLimiter(limiter, _MAX_CALLS)
        self._numbers = CoalescingCache(
            "phone_number", limiter, self._fetch, log_name=lambda _: "", seconds=_CACHE_SECONDS
        )

    def request(self, seconds: float, *, bypass_cache: bool) -> "NumberRequest":
        """Return a request for the numbers of some results, which come within `seconds` or are done without.

        bypass_cache: ignore cached answers.
        """
        return NumberRequest(self, seconds, bypass_cache=bypass_cache)

    def start(self, number: str, *, bypass_cache: bool) -> _Started:
        """Return what is known about a number in E.164, or the call for it."""
        if time.monotonic() < self._refused_until:
            return NotFoundError()
        return self._numbers.start(number, bypass_cache=bypass_cache)

    async def _fetch(self, number: str) -> PhoneNumber:
        try:
            return await self._telnyx.phone_number(number)
        except KeyRejectedError as error:
            self._refused_until = time.monotonic() + _REFUSED_SECONDS
            # No refusal of the key, for which the operator is called: port-outs can be read without this permission.
            raise NotFoundError(status=error.status, code=error.code) from None


class NumberRequest:
    """The numbers that one request needs; each is asked for once, as soon as it is known."""

    def __init__(self, numbers: OwnNumbers, seconds: float, *, bypass_cache: bool) -> None:
        self._numbers = numbers
        self._seconds = seconds
        self._since = asyncio.get_running_loop().time()
        self._bypass_cache = bypass_cache
        self._started: dict[str, _Started] = {}

    def ask_for(self, result: LookupResult) -> Sequence[str]:
        """Start the calls for the first numbers of a result, and return these numbers."""
        if isinstance(result, LookupFailure):
            return ()
        numbers = list(filter(is_e164, dict.fromkeys(numbers_of(result)[:MAX_NUMBERS])))
        for number in numbers:
            if number not in self._started:
                self._started[number] = self._numbers.start(number, bypass_cache=self._bypass_cache)
        return numbers

    async def complete(self, looked_up: LookupResults) -> LookupResults:
        """Return the results with what is known in time about their numbers."""
        numbers = [self.ask_for(result) for result in looked_up.results]
        tasks = {started for started in self._started.values() if isinstance(started, asyncio.Future)}
        if tasks and (max_wait := self._max_wait()):
            await asyncio.wait(tasks, timeout=max_wait)
        completed = map(self._complete, looked_up.results, numbers)
        return structs.replace(looked_up, results=tuple(completed))

    def _max_wait(self) -> float:
        elapsed = asyncio.get_running_loop().time() - self._since
        if elapsed < self._seconds:
            return self._seconds - elapsed
        # A card that is in time otherwise must not be late for this; one that is late anyway waits a little.
        return 0.0 if elapsed < _ACK else _WAIT_AFTER_ACK

    def _complete(self, result: LookupResult, numbers: Sequence[str]) -> LookupResult:
        if isinstance(result, LookupFailure):
            return result
        own = tuple(found for number in numbers if (found := self._found(number)))
        return structs.replace(result, own_numbers=own) if own else result

    def _found(self, number: str) -> PhoneNumber | None:
        started = self._started[number]
        if isinstance(started, asyncio.Future):
            if not started.done() or started.cancelled():
                return None
            if error := started.exception():
                # A bug; the card is worth more than what the account notes about its numbers.
                _log.error("internal_error", exc_info=error)
                return None
            started = started.result()
        return started.value if isinstance(started, Fetched) else None
