"""The results of `portout-bot check`."""

from msgspec import Struct


class Result(Struct, frozen=True):
    """The result of one check, as `--json` prints it.

    what: the thing that was checked. advice: what to do; where all is well, what was found.
    """

    what: str
    is_good: bool
    advice: str


def good(what: str, found: str) -> Result:
    """Return that all is well. found: what was found."""
    return Result(what, is_good=True, advice=found)


def bad(what: str, advice: str) -> Result:
    """Return that something is wrong. advice: what to do."""
    return Result(what, is_good=False, advice=advice)
