"""The entries of the ledger and the leases in Redis, for any number of processes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import uuid4

from portout.state.store import Hold

if TYPE_CHECKING:
    from redis.asyncio import Redis

ANSWER_SECONDS: Final = 1.0
"""The time-out of a batch of commands. Time while the event loop is blocked is not counted."""

UNCERTAIN_SECONDS: Final = 15 * 60
"""How long Redis is not trusted after it did not answer or lost its entries: as long as those of a delivery last."""

_TICKS: Final = 20
_MAX_BATCH: Final = 500

# `mget` returns nil for an entry of another type, where `get` would be an error.

# KEYS: the lease, the epoch. ARGV: the lease's owner, milliseconds, the name of a new epoch. Returns a `Hold` and the
# epoch, which changes when Redis has lost its entries.
# For a rolling update from versions without prefix (docs/operating.md says until when), there are KEYS[3], their epoch,
# which they create again at every lease, and KEYS[4], the mark that one of them ran lately; ARGV[4], the milliseconds
# that it lasts; and the third result, whether it is there. Without their epoch, they look into the thread as well.
_HOLD: Final = """
local entries, held = redis.call('mget', KEYS[1], KEYS[2]), 0
local owner, epoch = entries[1], entries[2] or ARGV[3]
if not entries[2] then redis.call('set', KEYS[2], epoch) end
if not owner then held = 1 elseif owner == ARGV[1] then held = 2 end
if held > 0 then redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) end
if redis.call('del', KEYS[3]) == 1 then redis.call('set', KEYS[4], 1, 'px', ARGV[4]) end
return {held, epoch, redis.call('exists', KEYS[4])}
"""
_REMOVE: Final = "return redis.call('mget',KEYS[1])[1]==ARGV[1] and redis.call('del',KEYS[1]) or 0"
# ARGV: the old text, empty for none, the new text, milliseconds.
_REPLACE: Final = """
local stored = redis.call('mget', KEYS[1])[1]
if stored == ARGV[2] then return 2 elseif (stored or '') ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
return 1
"""
_SET, _SAME = 1, 2
_UNPREFIXED: Final = "portout:epoch", "portout:unprefixed"

_Command: TypeAlias = tuple[str | int, ...]


class RedisStore:
    """Texts in Redis that expire after some seconds; every method raises Redis's errors, and `TimeoutError`.

    Commands go over one connection in batches: those that are queued while a batch is under way form the next one. So a
    busy process does not wait for connections, and only a Redis that does not answer counts as a failure of Redis.
    """

    def __init__(self, redis: "Redis", prefix: str) -> None:
        """Store under keys that begin with `prefix`, so that other apps on the same Redis have other keys."""
        self._redis = redis
        self._prefix = prefix
        self._queue: list[tuple[_Command, asyncio.Future[Any]]] = []
        self._sending: asyncio.Task[None] | None = None
        self._epoch: str | None = None
        self._uncertain_until = 0.0

    async def get(self, key: str) -> str | None:
        (value,) = await self._execute("MGET", self._prefix + key)
        return None if value is None else _text(value)

    async def set(self, key: str, value: str, seconds: float) -> None:
        await self._execute("SET", self._prefix + key, value, "PX", _milliseconds(seconds))

    async def replace(self, key: str, old: str | None, new: str, seconds: float) -> bool:
        arguments = self._prefix + key, old or "", new, _milliseconds(seconds)
        result = await self._execute("EVAL", _REPLACE, 1, *arguments)
        # The same text may be this command's own, which was sent twice.
        return result == _SET or (result == _SAME and self.is_uncertain)

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Store an owner's name as the Protocol describes, and check Redis's epoch.

        A Redis that lost its entries since has another epoch: what it has no entry of may have been done.
        """
        keys = self._prefix + key, f"{self._prefix}epoch", *_UNPREFIXED
        arguments = owner, _milliseconds(seconds), uuid4().hex, _milliseconds(UNCERTAIN_SECONDS)
        held, epoch, is_mixed = await self._execute("EVAL", _HOLD, len(keys), *keys, *arguments)
        if is_mixed or (self._epoch is not None and self._epoch != _text(epoch)):
            self._mark_uncertain()
        self._epoch = _text(epoch)
        return Hold(held)

    async def delete(self, key: str, value: str | None = None) -> bool:
        if value is None:
            return bool(await self._execute("DEL", self._prefix + key))
        return bool(await self._execute("EVAL", _REMOVE, 1, self._prefix + key, value))

    async def is_shared(self) -> bool:
        """Return whether Redis accepts a write: one that is full, or a replica, would still answer a ping."""
        return bool(await self._execute("SET", f"{self._prefix}probe", "1", "PX", 1000))

    @property
    def is_uncertain(self) -> bool:
        """Whether Redis did not answer lately, or lost its entries: what was done then may have no entry."""
        return asyncio.get_running_loop().time() < self._uncertain_until

    async def close(self) -> None:
        """Stop sending, and cancel those who still wait for an answer."""
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending
            self._sending = None
        for _, answer in self._queue:
            answer.cancel()

    async def _execute(self, *command: str | int) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self._queue.append((command, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_queue())
        return await answer

    async def _send_queue(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue[:_MAX_BATCH], self._queue[_MAX_BATCH:]
                try:
                    results = await self._send([command for command, _ in batch])
                except asyncio.CancelledError:
                    self._queue += batch
                    raise
                except Exception as error:  # noqa: BLE001  whatever it is, those who wait get it
                    # Commands that were queued meanwhile would only wait for the same time-out.
                    batch, self._queue = batch + self._queue, []
                    results = [error] * len(batch)
                if any(isinstance(result, Exception) for result in results):
                    # One that is full, or a replica, answers, but does not keep what was done.
                    self._mark_uncertain()
                for (_, answer), result in zip(batch, results, strict=True):
                    _settle(answer, result)
        finally:
            self._sending = None

    async def _send(self, commands: Sequence[_Command]) -> list[Any]:
        """Return Redis's answer or error for each command. After a failure all of them are sent once more."""
        try:
            return await self._send_once(commands)
        except Exception:  # noqa: BLE001  the connection may be dead, or Redis may have run the commands
            self._mark_uncertain()
        return await self._send_once(commands)

    async def _send_once(self, commands: Sequence[_Command]) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        async with _timeout(ANSWER_SECONDS):
            return await pipeline.execute(raise_on_error=False)

    def _mark_uncertain(self) -> None:
        self._uncertain_until = asyncio.get_running_loop().time() + UNCERTAIN_SECONDS


@asynccontextmanager
async def _timeout(seconds: float) -> AsyncIterator[None]:
    """Raise `TimeoutError` after some seconds. Time while the event loop is blocked is not counted.

    A loop that is blocked reads no answers either: however long that takes, it costs one tick of this clock.
    """
    loop, limit, tick_seconds = asyncio.get_running_loop(), asyncio.timeout(None), seconds / _TICKS
    timer = loop.call_later(tick_seconds, lambda: tick(_TICKS - 1))

    def tick(remaining: int) -> None:
        nonlocal timer
        if remaining:
            timer = loop.call_later(tick_seconds, tick, remaining - 1)
        else:
            limit.reschedule(loop.time())

    async with limit:
        try:
            yield
        finally:
            timer.cancel()


def _settle(answer: asyncio.Future[Any], result: Any) -> None:
    if answer.done():
        return  # the caller was cancelled
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
