"""A real Redis server on a free loopback port, which can be stopped and started again."""

import asyncio
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

START_SECONDS: Final = 10.0

is_installed: Final = shutil.which("redis-server") is not None


class RedisServer:
    """One server, always on the same port, without persistence: a stop loses its data."""

    def __init__(self) -> None:
        """Choose a free port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return the URL of database 0."""
        return f"redis://127.0.0.1:{self._port}/0"

    async def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        self._process = await asyncio.create_subprocess_exec(
            *("redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            async for line in self._process.stdout:
                if b"Ready to accept connections" in line:
                    return
        raise RuntimeError("redis-server did not start")

    def pause(self) -> None:
        """Suspend the server: it accepts connections and commands, and answers none."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume the server, which then answers the commands that are waiting."""
        self._signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Kill the server, as a crash would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@asynccontextmanager
async def redis_server() -> AsyncIterator[RedisServer]:
    """Run a server while the context is open."""
    server = RedisServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
