"""Programs under valgrind's callgrind, which counts the instructions that they execute."""

import asyncio
import re
import shutil
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.instructions.counted import SOCKET

VARIABLES: Final = {"PYTHONHASHSEED": "0"}
"""What a counted program has in its environment beside its own: sets of texts have the same order in each run."""

_TOOLS: Final = ("valgrind", "vgdb")
_SECONDS: Final = 60.0


def why_not_counted() -> str:
    """Return why instructions cannot be counted on this machine; empty if they can."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not on PATH" if missing else ""


class Counter:
    """Counts the instructions of one program. folder: for callgrind's files."""

    def __init__(self, folder: Path, streams: "asyncio.Future[tuple[StreamReader, StreamWriter]]") -> None:
        """Count with the tools on PATH. streams: to the program, when it has connected."""
        self._folder = folder
        self._streams = streams
        self._valgrind, self._vgdb = (shutil.which(tool) or tool for tool in _TOOLS)
        self._counts = 0

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return what comes before the interpreter on the command line."""
        return (
            self._valgrind,
            "--tool=callgrind",
            "--instr-atstart=no",
            "--dump-before=ctermid",
            f"--callgrind-out-file={self._folder}/counted",
            f"--vgdb-prefix={self._folder}/vgdb",
            f"--log-file={self._folder}/log",
        )

    def module(self, *module: str) -> tuple[str, ...]:
        """Return the module, and its arguments, that runs a module and its arguments."""
        return ("bench.instructions.counted", str(self._folder), self._vgdb, *module)

    async def read(self) -> int:
        """Return the number of instructions since the last call, while the program has nothing to do.

        The first call starts to count, and returns a meaningless number.
        """
        async with asyncio.timeout(_SECONDS):
            reader, writer = await self._streams
            writer.write(b".")
            if not await reader.read(1):
                raise RuntimeError("the counted program ended")
        self._counts += 1
        return total_of((self._folder / f"counted.{self._counts}").read_text())


@asynccontextmanager
async def open_counter() -> AsyncIterator[Counter]:
    """Open a counter for one program, which has ended before the context is closed."""
    streams = asyncio.get_running_loop().create_future()
    with TemporaryDirectory() as folder:
        async with await asyncio.start_unix_server(lambda *pair: streams.set_result(pair), Path(folder, SOCKET)):
            try:
                yield Counter(Path(folder), streams)
            except Exception as error:
                error.add_note(_log(Path(folder)))
                raise
            finally:
                if streams.done():
                    streams.result()[1].close()


def _log(folder: Path) -> str:
    """Return what valgrind has to say, such as why it did not start."""
    log = folder / "log"
    return log.read_text() if log.exists() else ""


def total_of(counted: str) -> int:
    """Return the number of instructions in a file of callgrind's."""
    found = re.search(r"^totals: (\d+)$", counted, re.MULTILINE)
    if found is None:
        raise ValueError("callgrind wrote no total")
    return int(found[1])
