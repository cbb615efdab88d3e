"""The measurements as the Markdown table of docs/speed.md."""

import statistics
from collections.abc import Sequence

from msgspec import Struct

HEADING = "| what | against | measured (lowest to highest round) | target | |\n|---|---|---|---|---|"

UNEXPECTED = "not known yet"


class Row(Struct, frozen=True):
    """One row of the table. met: None without a target. if_missed: the reason, where it is known."""

    what: str
    against: str
    measured: str
    target: str = ""
    met: bool | None = None
    if_missed: str = ""

    def line(self) -> str:
        """Return the row in Markdown."""
        verdict = {None: "", True: "met", False: f"**missed**: {self.if_missed}"}[self.met]
        return f"| {self.what} | {self.against} | {self.measured} | {self.target} | {verdict} |"


def faster(
    what: str,
    against: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    target: float | None = None,
    if_missed: str = UNEXPECTED,
) -> Row:
    """Return a row on how many times faster ours is, round by round. target: at least."""
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    return Row(
        what,
        against,
        f"{_ratio(ratios)} faster",
        f"at least {target:g}x" if target else "",
        statistics.median(ratios) >= target if target else None,
        if_missed,
    )


def times(
    what: str,
    against: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    target: float | None = None,
    if_missed: str = UNEXPECTED,
) -> Row:
    """Return a row on our cost as a multiple of theirs, round by round. target: at most."""
    ratios = [own / other for own, other in zip(ours, theirs, strict=True)]
    return Row(
        what,
        against,
        _ratio(ratios),
        f"at most {target:g}x" if target else "",
        statistics.median(ratios) <= target if target else None,
        if_missed,
    )


def at_most(what: str, value: float, limit: float, unit: str = "", *, against: str = "") -> Row:
    """Return a row on an amount. limit: the most that is promised."""
    return Row(what, against, f"{value:.3g}{unit}", f"at most {limit:g}{unit}", value <= limit, UNEXPECTED)


def seconds(values: Sequence[float]) -> str:
    """Return the median of some times, readably."""
    median = statistics.median(values)
    return f"{median * 1e6:.0f} µs" if median < 1e-3 else f"{median * 1e3:.1f} ms"


def _ratio(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.3g}x ({min(ratios):.3g} to {max(ratios):.3g})"
