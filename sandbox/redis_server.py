"""A real Redis server on a free loopback port, which can be stopped and started again."""

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Final

from sandbox.serve import unused_port
from sandbox.slack.workspace import KEY_PREFIX

START_SECONDS: Final = 10.0

_YEAR_SECONDS: Final = 365 * 86_400

is_installed: Final = shutil.which("redis-server") is not None


class RedisServer:
    """One server, always on the same port, without persistence: a stop loses its data."""

    def __init__(self, *options: str, is_tls: bool = False) -> None:
        """Choose a free port. options: of the command line. is_tls: whether it takes TLS only."""
        self.port: Final = unused_port()
        port = ("--port", "0", "--tls-port", str(self.port)) if is_tls else ("--port", str(self.port))
        self._command = ("redis-server", *port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *options)
        self._scheme = "rediss" if is_tls else "redis"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return the URL of database 0."""
        return f"{self._scheme}://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            async for line in self._process.stdout:
                if b"Ready to accept connections" in line:
                    return
        raise RuntimeError("redis-server did not start")

    async def age(self) -> None:
        """Record that the server has lost nothing for a year, for the bot to find, until it is stopped."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"SET {KEY_PREFIX}epoch {time.time() - _YEAR_SECONDS:.0f}\r\n".encode())
        await reader.readline()
        writer.close()

    def pause(self) -> None:
        """Suspend the server: it accepts connections and commands, and answers none."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume the server, which then answers the commands that are waiting."""
        self._signal(signal.SIGCONT)

    async def hang(self, seconds: float) -> None:
        """Suspend the server for some time."""
        self.pause()
        await asyncio.sleep(seconds)
        self.resume()

    async def restart(self, seconds: float) -> None:
        """Stop the server, and start it again after some time, without its data."""
        await self.stop()
        await asyncio.sleep(seconds)
        await self.start()

    async def stop(self) -> None:
        """Kill the server, as a crash would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


def cluster_options() -> tuple[str, ...]:
    """Return the options of the only server of a cluster, which has no slots at first."""
    # The port of its own for other servers would be 10,000 more, which may be none.
    return "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no", "--cluster-port", str(unused_port())


@asynccontextmanager
async def redis_server(*options: str, is_tls: bool = False) -> AsyncIterator[RedisServer]:
    """Run a server while the context is open; one without options has been running for long."""
    with TemporaryDirectory() as directory:
        server = RedisServer("--dir", directory, *options, is_tls=is_tls)
        await server.start()
        if not (options or is_tls):
            await server.age()
        try:
            yield server
        finally:
            await server.stop()
