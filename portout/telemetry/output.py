"""Write log lines to standard output without ever waiting for whoever reads them.

A pipe whose reader stalls, a terminal that is stopped and a disk that is full cost log lines, not people's answers.
"""

import os
import select
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from portout.telemetry.metrics import LOST_LINES


class LogOutput:
    """Standard output, or the file that takes its place.

    A line is lost if it cannot be written at once. on_recovery: called with the number of lost lines as soon as lines
    can be written again.
    """

    def __init__(self, on_recovery: Callable[[int], None]) -> None:
        self.file: TextIO = sys.stdout
        self._on_recovery = on_recovery
        self._lost = 0
        self._rest = b""  # of a line of which a part has been written

    def write(self, line: str) -> None:
        """Write a line, or count it as lost."""
        # A JSON line is UTF-8 whatever the encoding, and holds nothing that UTF-8 has not: only a console's may.
        encoded = line.encode("utf-8" if line.startswith("{") else self.file.encoding or "utf-8", "backslashreplace")
        if self._is_rest_written():
            data = encoded + b"\n"
            written = self._write(data)
            if written:
                self._rest = data[written:]
                return
        self._lost += 1
        LOST_LINES.inc()

    def recover(self) -> bool:
        """Return whether lines can be written; report, once, how many were lost before."""
        if self._lost and self._is_rest_written() and self._is_writable():
            lost, self._lost = self._lost, 0
            self._on_recovery(lost)
            if self._lost:  # a full disk looks as if it could be written to
                self._lost = lost
        return not self._lost

    def _is_rest_written(self) -> bool:
        """Return whether no part of an earlier line is left, after another try to write it."""
        self._rest = self._rest[self._write(self._rest) :]
        return not self._rest

    def _write(self, data: bytes) -> int:
        """Write as much as can be written at once; return the number of bytes."""
        written = 0
        with suppress(OSError):
            while written < len(data) and self._is_writable():
                # A pipe that is ready takes this much without waiting.
                written += os.write(self.file.fileno(), data[written : written + select.PIPE_BUF])
        return written

    def _is_writable(self) -> bool:
        """Return whether a write would not wait."""
        try:
            poll = select.poll()
            poll.register(self.file.fileno(), select.POLLOUT)
        except (OSError, ValueError):  # it is closed, or no file
            return False
        return any(events == select.POLLOUT for _, events in poll.poll(0))
