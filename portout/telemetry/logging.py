"""Logs: constant event names and fields, a line each. Ids and outcomes, never bodies, tokens, numbers, names, comments.

The messages of libraries and of exceptions quote requests and answers. So of a library's record only the logger's name,
the place and the kind of error are logged, and of a traceback only the places, never a message or a value.
"""

import logging
import random
import sys
import time
import traceback
from contextvars import ContextVar
from typing import Any, Final, Literal

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from portout.telemetry.metrics import BUGS
from portout.telemetry.output import LogOutput

LogFormat = Literal["json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

_LETTERS: Final = b"abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike
_LETTER_OF_BYTE: Final = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))
_MAX_FRAMES: Final = 12
_THROTTLE_SECONDS: Final = 60.0

_reference: Final = ContextVar("reference", default="")

_log = structlog.get_logger()

# Bound once, by its first line: each answer has one. `configure_logs` comes before.
_audit = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger("info"), cache_logger_on_first_use=True
)


def configure_logs(log_format: LogFormat, level: LogLevel) -> None:
    """Send this process's logs, the libraries' included, to standard output."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
        if log_format == "console"
        else structlog.processors.JSONRenderer(serializer=_encode)
    )
    structlog.configure(
        processors=[
            _add_reference,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _places_only,
            _count_bugs,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Logger,
    )
    _output.file = sys.stdout
    logging.basicConfig(level=logging.WARNING, handlers=[_LibraryHandler()], force=True)


def audit(event: str, **fields: Any) -> None:
    """Log who was shown what, or refused, in the logger `audit`: ids only, and at any log level."""
    _audit.info(event, logger="audit", **fields)


def bind_request_id() -> str:
    """Set a new reference for the request in this task, and return it: log lines carry it, and failures show it."""
    reference = random.randbytes(6).translate(_LETTER_OF_BYTE).decode()  # noqa: S311  no secret
    _reference.set(reference)
    return reference


def current_request_id() -> str:
    """Return the reference of the request in this task; a new one if there is none."""
    return _reference.get() or bind_request_id()


def log_is_lost() -> bool:
    """Return whether log lines are lost now; where they can be written again, log how many were lost."""
    return not _output.recover()


class Throttle:
    """Limits the lines of one warning to one a minute: its cause may come up thousands of times a second."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def allows(self) -> bool:
        """Return whether to log the warning now, which forbids it for a minute."""
        now = time.monotonic()
        if now < self._quiet_until:
            return False
        self._quiet_until = now + _THROTTLE_SECONDS
        return True


class _Logger:
    """Writes the lines of a structlog logger to standard output."""

    def msg(self, line: str) -> None:
        _output.recover()
        _output.write(line)

    debug = info = warning = error = critical = msg


def _log_recovery(lost: int) -> None:
    _log.warning("log.recovered", lost=lost)


_output = LogOutput(_log_recovery)


class _LibraryHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        at = f"{record.filename}:{record.lineno}"
        _log.log(record.levelno, "library", logger=record.name, at=at, exc_info=record.exc_info)


def _add_reference(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if reference := _reference.get():
        event["reference"] = reference
    return event


def _places_only(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an exception with its kind and the places in its traceback."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
        event["frames"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _count_bugs(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if event["event"] == "internal_error":
        BUGS.inc()
    return event


def _encode(event: EventDict, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()
