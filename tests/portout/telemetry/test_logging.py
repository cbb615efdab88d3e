"""What of other people's messages reaches the log: places and kinds, no message and no value."""

import logging
from collections.abc import Callable

import msgspec
import structlog

SECRET = "xoxb-a-token, +13125550147 and Wilhelmina Quartz"


class DeliberateError(Exception):
    """Raised on purpose: the check of the whole run's log leaves it out."""


def fail(secret: str) -> None:
    """Raise an error whose message, whose cause and whose local variables hold a secret."""
    raise DeliberateError(f"invalid: {secret}") from KeyError(secret)


def test_a_librarys_record_is_logged_without_its_message(log_text: Callable[[], str]) -> None:
    """The logger's name, the place and the kind of error; neither the text nor its arguments."""
    try:
        fail(SECRET)
    except DeliberateError:
        logging.getLogger("aiohttp.client").exception("cannot send %s", SECRET)
    (line,) = map(msgspec.json.decode, log_text().splitlines())

    assert (line["event"], line["logger"], line["error"]) == ("library", "aiohttp.client", "DeliberateError")
    assert line["at"].startswith("test_logging.py:")
    assert not any(part in log_text() for part in ("xoxb", "5550147", "Quartz", "cannot send"))


def test_a_traceback_is_logged_as_places(log_text: Callable[[], str]) -> None:
    """File names, line numbers and functions; no message of an error or of its cause, and no value."""
    try:
        fail(SECRET)
    except DeliberateError:
        structlog.get_logger().exception("internal_error")
    (line,) = map(msgspec.json.decode, log_text().splitlines())

    assert line["error"] == "DeliberateError"
    assert [frame.partition(":")[0] for frame in line["frames"]] == ["test_logging.py"] * 2
    assert not any(part in log_text() for part in ("xoxb", "5550147", "Quartz", "invalid"))
