"""The gate on instructions fails for what costs more, and for nothing else."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.__main__ import main, page
from bench.instructions.callgrind import VARIABLES, open_counter, total_of, why_not_counted
from bench.instructions.record import PATH, Record, compare, read_record, write_record
from bench.instructions.workload import works
from bench.profiles import QUICK
from bench.programs import exchange, killed

ROOT = Path(__file__).parent.parent.parent
RECORDED = Record("CPython 3.11.7", {"msgspec": "0.22.0"}, {"draw": 1_000_000, "read": 2_000})


def counted(instructions: Mapping[str, int]) -> Record:
    """Return what was counted as it was recorded, apart from these."""
    return replace(RECORDED, instructions={**RECORDED.instructions, **instructions})


@pytest.mark.parametrize("number", [950_000, 1_000_000, 1_050_000])
def test_up_to_five_percent_is_as_recorded(number: int) -> None:
    """Another processor, or the clock, changes less."""
    comparison = compare(counted({"draw": number}), RECORDED)

    assert (comparison.failures, comparison.notes) == ((), ())


def test_more_than_five_percent_above_fails() -> None:
    """The text says what, and how much."""
    comparison = compare(counted({"draw": 1_051_000}), RECORDED)

    assert comparison.failures == (
        "draw: 1,000,000 instructions recorded, 1,051,000 counted, 5.1% more; 5% are allowed.",
    )


def test_more_than_five_percent_below_asks_for_a_new_record() -> None:
    """Else what was won could be lost again unnoticed; it is no failure."""
    comparison = compare(counted({"draw": 880_000}), RECORDED)

    assert comparison.failures == ()
    (note,) = comparison.notes
    assert note == (
        "draw: 1,000,000 instructions recorded, 880,000 counted, 12.0% fewer. "
        "Run `make bench RECORD=1`: until then, a loss up to there passes."
    )


def test_a_row_that_only_one_side_has_fails() -> None:
    """What is not recorded is not guarded, and neither is what is not counted."""
    new, gone = counted({"list": 5}), replace(RECORDED, instructions={"draw": 1_000_000})

    assert compare(new, RECORDED).failures == ("list: not recorded.",)
    assert compare(gone, RECORDED).failures == ("read: recorded, but not counted any more.",)


def test_another_interpreter_is_not_compared() -> None:
    """Each executes instructions of its own for the same work; the reason is printed."""
    comparison = compare(replace(counted({"draw": 2_000_000}), interpreter="CPython 3.12.1"), RECORDED)

    assert comparison.failures == ()
    assert comparison.notes == ("Instructions not compared: recorded with CPython 3.11.7; this is CPython 3.12.1.",)


def test_another_version_of_a_package_is_compared_and_named() -> None:
    """It may be the cause."""
    comparison = compare(replace(counted({"draw": 2_000_000}), packages={"msgspec": "0.23.0"}), RECORDED)

    assert len(comparison.failures) == 1
    assert comparison.notes == ("Recorded with msgspec 0.22.0, counted with 0.23.0.",)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A line for each row, as in the one of the tree."""
    write_record(RECORDED, tmp_path / "recorded.json")

    assert read_record(tmp_path / "recorded.json") == RECORDED
    assert '\n    "draw": 1000000,\n' in (tmp_path / "recorded.json").read_text()
    assert PATH.read_text().count("\n") > len(read_record().instructions) > 0


def test_each_work_can_be_done_again() -> None:
    """With the same result, so that each time costs the same."""
    for name, work in works().items():
        assert work() == work(), name


@pytest.mark.parametrize("is_ci", [False, True], ids=["laptop", "CI"])
def test_without_callgrind_only_ci_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_ci: bool
) -> None:
    """On a laptop the reason is enough."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    if is_ci:
        monkeypatch.setenv("CI", "true")
    reason = "Instructions not counted: valgrind and vgdb not on PATH."

    with pytest.raises(SystemExit, match=reason) if is_ci else nullcontext():
        main(["--only", "instructions"])

    assert capsys.readouterr().out == ("" if is_ci else f"{reason}\n")


def test_the_page_has_the_numbers_where_they_were_counted() -> None:
    """A table of its own, and nothing on a machine without callgrind."""
    assert "| draw | 1,000,000 |\n| read | 2,000 |\n" in page([], [], RECORDED, QUICK)
    assert "instructions" not in page([], [], None, QUICK)


PROGRAM = """
import sys

for line in sys.stdin:
    for number in range(int(line)):
        sorted(str(number) for number in range(100))
    print(flush=True)
"""


async def counts_of(folder: Path, *lines: bytes) -> list[int]:
    """Return the instructions that a program takes for each of these lines."""
    (folder / "sorts.py").write_text(PROGRAM)
    async with open_counter() as counter:
        process = await asyncio.create_subprocess_exec(
            *(*counter.prefix, sys.executable, "-m", *counter.module("sorts")),
            env={**VARIABLES, "PYTHONPATH": f"{ROOT}:{folder}"},
            cwd=folder,
            stdin=PIPE,
            stdout=PIPE,
        )
        async with killed(process):
            await exchange(process, lines[0])
            counts = []
            for line in lines:
                await counter.read()
                await exchange(process, line)
                counts.append(await counter.read())
            return counts


@pytest.mark.skipif(bool(why_not_counted()) and "CI" not in os.environ, reason="valgrind is not installed")
async def test_the_same_work_takes_the_same_number_of_instructions(tmp_path: Path) -> None:
    """Twice the work takes twice as many, on a machine that does other things meanwhile, too."""
    once, again, twice = await counts_of(tmp_path, b"20\n", b"20\n", b"40\n")

    assert once == pytest.approx(again, rel=0.01)
    assert twice == pytest.approx(2 * once, rel=0.02)


def test_a_file_of_callgrind_without_a_total_is_an_error() -> None:
    """Never a zero, which would pass."""
    assert total_of("events: Ir\ntotals: 1234\n") == 1234
    with pytest.raises(ValueError, match="no total"):
        total_of("events: Ir\n")
