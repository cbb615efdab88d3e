"""The entries of the ledger and the leases in Redis, for any number of processes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from ssl import SSLCertVerificationError
from typing import Any, Final, TypeAlias
from uuid import uuid4

from redis.asyncio import ConnectionPool, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ClusterCrossSlotError, ClusterDownError, MovedError, ResponseError

from portout.state.store import Hold, UnavailableError

ANSWER_SECONDS: Final = 1.0
"""The time-out of a batch of commands. Time while the event loop is blocked is not counted."""

UNCERTAIN_SECONDS: Final = 15 * 60
"""How long Redis is not trusted after it did not answer or lost its entries: as long as those of a delivery last."""

_TICKS: Final = 20
_MAX_BATCH: Final = 500
_CLUSTER_ERRORS: Final = ClusterCrossSlotError, ClusterDownError, MovedError

# `mget` returns nil for an entry of another type, where `get` would be an error.

# KEYS: the lease, the epoch: since when, by its own clock, Redis has lost nothing. ARGV: the lease's owner,
# milliseconds. Returns a `Hold` and the age of the epoch in seconds.
# For a rolling update from versions without prefix (docs/operating.md says until when), there are KEYS[3], their epoch,
# which they create again at every lease, and KEYS[4], the mark that one of them ran lately; ARGV[3], the milliseconds
# that it lasts; and the third result, whether it is there. Without their epoch, they look into the thread as well.
_HOLD: Final = """
local entries, held = redis.call('mget', KEYS[1], KEYS[2]), 0
local owner, now = entries[1], tonumber(redis.call('time')[1])
local since = tonumber(entries[2] or '')
if not since then since = now; redis.call('set', KEYS[2], now) end
if not owner then held = 1 elseif owner == ARGV[1] then held = 2 end
if held > 0 then redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) end
if redis.call('del', KEYS[3]) == 1 then redis.call('set', KEYS[4], 1, 'px', ARGV[3]) end
return {held, now - since, redis.call('exists', KEYS[4])}
"""
# ARGV: the text to delete, empty for any.
_REMOVE: Final = "if ARGV[1] == '' or redis.call('mget',KEYS[1])[1] == ARGV[1] then redis.call('del',KEYS[1]) end"
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
    """Texts in Redis that expire after some seconds; every method raises `UnavailableError`.

    Commands go over one connection in batches: those that are queued while a batch is under way form the next one. So a
    busy process does not wait for connections, and only a Redis that does not answer, or refuses, counts as a failure.
    """

    def __init__(self, url: str, prefix: str) -> None:
        """Prepare a connection, and read its certificates if it is to use TLS, which takes about 40 ms.

        prefix: with which the keys begin, so that other apps on the same Redis have other keys.

        Raises an error of Redis's client for an address that it cannot read, and `OSError` for the certificates.
        """
        self._pool = ConnectionPool.from_url(url)
        # This class has time-outs and retries of its own. Each answer is decoded by itself: one may hold anything, and
        # `replace` has to send back what `get` returned.
        self._pool.connection_kwargs.update(
            {"socket_timeout": None, "socket_connect_timeout": None, "retry": Retry(NoBackoff(), 0)},
            decode_responses=False,
            encoding_errors="surrogateescape",
        )
        # The options in the address are checked only here.
        self._connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        if isinstance(self._connection, SSLConnection):
            self._connection.ssl_context.get()
        self._prefix = prefix
        self._queue: list[tuple[_Command, asyncio.Future[Any]]] = []
        self._sending: asyncio.Task[None] | None = None
        self._uncertain_until = 0.0

    async def get(self, key: str) -> str | None:
        (value,) = await self._execute("MGET", self._prefix + key)
        return None if value is None else value.decode(errors="surrogateescape")

    async def set(self, key: str, value: str, seconds: float) -> None:
        await self._execute("SET", self._prefix + key, value, "PX", round(seconds * 1000))

    async def replace(self, key: str, old: str | None, new: str, seconds: float) -> bool:
        arguments = self._prefix + key, old or "", new, round(seconds * 1000)
        result = await self._execute("EVAL", _REPLACE, 1, *arguments)
        # The same text may be this command's own, which was sent twice.
        return result == _SET or (result == _SAME and self.is_uncertain)

    async def hold(self, key: str, owner: str, seconds: float) -> Hold:
        """Store an owner's name as the Protocol describes, and check Redis's epoch.

        What a Redis has no entry of that lost its entries lately may have been done. A process that has just started
        learns it from the age of the epoch, too.
        """
        keys = self._prefix + key, f"{self._prefix}epoch", *_UNPREFIXED
        arguments = owner, round(seconds * 1000), UNCERTAIN_SECONDS * 1000
        held, age, is_mixed = await self._execute("EVAL", _HOLD, len(keys), *keys, *arguments)
        if is_mixed:
            self._mark_uncertain(UNCERTAIN_SECONDS)
        elif age < UNCERTAIN_SECONDS:
            self._mark_uncertain(UNCERTAIN_SECONDS - age)
        return Hold(held)

    async def delete(self, key: str, value: str | None = None) -> None:
        await self._execute("EVAL", _REMOVE, 1, self._prefix + key, value or "")

    async def is_shared(self) -> bool:
        """Return whether Redis accepts all that it is used for: a full one, or a replica, would still answer a ping."""
        key, owner = "probe", uuid4().hex
        # A Redis Cluster refuses the keys of a lease, which are in several slots.
        uses = self.hold(key, owner, 1), self.replace(key, owner, "1", 1), self.set(key, "1", 1), self.get(key)
        await asyncio.gather(*uses, self.delete(key))
        return True

    @property
    def is_uncertain(self) -> bool:
        """Return whether Redis did not answer lately, or lost its entries: what was done then may have no entry."""
        return asyncio.get_running_loop().time() < self._uncertain_until

    async def close(self) -> None:
        """Stop sending, and cancel those who still wait for an answer."""
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending
        for _, answer in self._queue:
            answer.cancel()
        await self._connection.disconnect(nowait=True)

    async def _execute(self, *command: str | int) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self._queue.append((command, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_queue())
        return await answer

    async def _send_queue(self) -> None:
        try:
            while batch := self._queue[:_MAX_BATCH]:
                results = await self._send([command for command, _ in batch])
                del self._queue[: len(batch)]
                for (_, answer), result in zip(batch, results, strict=True):
                    if not answer.done():  # the caller may have been cancelled
                        answer.set_result(result)
        except Exception as error:  # noqa: BLE001  whatever it is, those who wait get it
            # Commands that were queued meanwhile would only wait for the same time-out.
            failed, self._queue = self._queue, []
            for _, answer in failed:
                if not answer.done():
                    answer.set_exception(UnavailableError(_reason(error)))
        finally:
            self._sending = None

    async def _send(self, commands: Sequence[_Command]) -> list[Any]:
        """Return Redis's answers. After a failure all commands are sent once more, over a new connection."""
        with suppress(Exception):
            return await self._send_once(commands)
        return await self._send_once(commands)

    async def _send_once(self, commands: Sequence[_Command]) -> list[Any]:
        try:
            async with _timeout(ANSWER_SECONDS):
                await self._pool.ensure_connection(self._connection)
                await self._connection.send_packed_command(self._connection.pack_commands(commands))
                return [await self._connection.read_response() for _ in commands]
        except BaseException:
            self._mark_uncertain(UNCERTAIN_SECONDS)  # Redis may have run the commands
            # Also after a refusal: this may be a replica by now, and the name of Redis may lead to another server.
            await self._connection.disconnect(nowait=True)
            raise

    def _mark_uncertain(self, seconds: float) -> None:
        self._uncertain_until = max(self._uncertain_until, asyncio.get_running_loop().time() + seconds)


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


def _reason(error: Exception) -> str:
    """Return why Redis does not do what it is asked to; without its address, which the client's errors quote."""
    cause = error.__cause__ or error.__context__
    if isinstance(cause, SSLCertVerificationError):
        return f"certificate not trusted: {cause.verify_message.partition(',')[0]}"
    if type(error) in _CLUSTER_ERRORS:
        return "a Redis Cluster is not supported"
    if type(error) is ResponseError and (code := str(error).partition(" ")[0]).isupper():
        return code  # Redis's own name of the error, such as NOREPLICAS
    return type(cause if isinstance(cause, OSError) else error).__name__
