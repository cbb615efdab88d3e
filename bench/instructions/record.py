"""The recorded numbers of instructions, and the comparison of what is counted with them.

A number depends on the interpreter and on how it was compiled, so it is compared with the same interpreter's only. The
versions of the packages are recorded to name a cause: one that costs more is to be noticed. The processor hardly
matters, though libraries choose code by what it can do: without AVX2 and its likes, numbers rise by less than 1 %.
"""

import platform
import sysconfig
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

PATH: Final = Path(__file__).parent / "recorded.json"
ALLOWED: Final = 0.05
"""The share by which a number may differ from the recorded one."""

WHAT_TO_DO: Final = "Make it cheaper, or run `make bench RECORD=1` and give the reason in the commit."
"""About failures."""

_RECORD_IT: Final = "Run `make bench RECORD=1`: until then, a loss up to there passes."
_PACKAGES: Final = (
    *("aiohttp", "aiojobs", "cachetools", "msgspec", "multidict", "prometheus-client", "slack-bolt", "slack-sdk"),
    *("structlog", "yarl"),
)
_BUILD_OPTIONS: Final = ("--enable-optimizations", "--enable-shared", "--with-lto", "--with-pydebug")


class Record(Struct, frozen=True):
    """The instructions that each row takes, on one interpreter. packages: the versions of what the bot is built on."""

    interpreter: str
    packages: Mapping[str, str]
    instructions: Mapping[str, int]


class Comparison(Struct, frozen=True):
    """Counted numbers beside the recorded ones. failures: what must not be merged. notes: what is to be known."""

    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def record_of(instructions: Mapping[str, int]) -> Record:
    """Return the record of what was counted here."""
    return Record(interpreter(), {name: version(name) for name in _PACKAGES}, instructions)


def interpreter() -> str:
    """Return what runs here: the interpreter, how it was compiled, for which machine, and its C library."""
    configured = sysconfig.get_config_var("CONFIG_ARGS") or ""
    options = [option for option in _BUILD_OPTIONS if option in configured]
    compiled = ", ".join([platform.python_compiler(), *options])
    library = " ".join(platform.libc_ver())
    return (
        f"{platform.python_implementation()} {platform.python_version()} ({compiled}), {platform.machine()}, {library}"
    )


def read_record(path: Path = PATH) -> Record:
    """Read the record in the tree."""
    return msgspec.json.decode(path.read_bytes(), type=Record)


def write_record(record: Record, path: Path = PATH) -> None:
    """Write the record for people to read."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")


def compare(counted: Record, recorded: Record) -> Comparison:
    """Return what fails, and what is to be known."""
    if counted.interpreter != recorded.interpreter:
        note = f"Instructions not compared: recorded with {recorded.interpreter}; this is {counted.interpreter}."
        return Comparison(notes=(note,))
    failures, notes = [], []
    for what in {**recorded.instructions, **counted.instructions}:
        before, now = recorded.instructions.get(what), counted.instructions.get(what)
        if before is None or now is None:
            missing = "not recorded" if before is None else "recorded, but not counted any more"
            failures.append(f"{what}: {missing}.")
        elif now > before * (1 + ALLOWED):
            failures.append(f"{_difference(what, before, now)}; {ALLOWED:.0%} are allowed.")
        elif now < before * (1 - ALLOWED):
            notes.append(f"{_difference(what, before, now)}. {_RECORD_IT}")
    notes += [
        f"Recorded with {name} {before}, counted with {counted.packages.get(name, 'none')}."
        for name, before in recorded.packages.items()
        if counted.packages.get(name) != before
    ]
    return Comparison(tuple(failures), tuple(notes))


def _difference(what: str, before: int, now: int) -> str:
    than = "more" if now > before else "fewer"
    return f"{what}: {before:,} instructions recorded, {now:,} counted, {abs(now / before - 1):.1%} {than}"
