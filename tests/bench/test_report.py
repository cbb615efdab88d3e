"""The benchmark's table says what was measured, and does not flatter."""

import pytest

from bench.report import at_most, faster, seconds, times


@pytest.mark.parametrize(("theirs", "verdict"), [(10.0, "| met |"), (9.0, "| **missed**: because |")])
def test_faster_is_how_often_ours_fits_into_theirs(theirs: float, verdict: str) -> None:
    """A promise of ten times holds from ten times on, and a missed one says why."""
    row = faster("decode", "a peer", [1.0, 1.0], [theirs, theirs], 10, "because")

    assert row.line() == f"| decode | a peer | {theirs:g}x ({theirs:g} to {theirs:g}) faster | at least 10x {verdict}"


@pytest.mark.parametrize(("ours", "verdict"), [(3.0, "| met |"), (3.5, "| **missed**: because |")])
def test_times_is_how_often_theirs_fits_into_ours(ours: float, verdict: str) -> None:
    """A promise of at most three times holds up to three times."""
    row = times("ask", "a peer", [ours, ours], [1.0, 1.0], 3, "because")

    assert row.line() == f"| ask | a peer | {ours:g}x ({ours:g} to {ours:g}) | at most 3x {verdict}"


def test_the_ratio_is_of_the_round_not_of_the_best() -> None:
    """What was measured side by side is compared; the median decides, the spread is told."""
    row = times("ask", "a peer", [1.0, 9.0, 4.0], [1.0, 3.0, 2.0], 2)

    assert (row.measured, row.met) == ("2x (1 to 3)", True)


def test_nothing_promised_is_neither_met_nor_missed() -> None:
    """A row without a target only tells."""
    assert faster("ask", "a peer", [1.0], [2.0]).line() == "| ask | a peer | 2x (2 to 2) faster |  |  |"


def test_an_amount_has_its_unit_and_its_limit() -> None:
    """As the row of memory."""
    row = at_most("growth", 5.5, 5, " MiB")

    assert (row.measured, row.target, row.met) == ("5.5 MiB", "at most 5 MiB", False)


def test_times_are_written_to_be_read() -> None:
    """Microseconds below a millisecond; the median."""
    assert (seconds([1e-6, 2e-6, 9e-6]), seconds([0.0123])) == ("2 µs", "12.3 ms")
