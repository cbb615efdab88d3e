"""What commands print: readable in any encoding of standard output."""

import sys
from typing import TextIO, cast

import msgspec
from rich.console import Console


class _Console(Console):
    """Leaves a reader that has seen enough to whoever runs the command: the base class would exit, with a failure."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def printing_console() -> Console:
    """Return a console that prints a question mark for what the encoding of standard output has not."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return _Console()


def can_print(console: Console, text: str) -> bool:
    """Return whether the encoding of a console has these characters."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_json(document: bytes) -> None:
    """Print a JSON document, which is UTF-8 in any case, with line breaks."""
    output = cast("TextIO", sys.stdout)
    output.flush()
    output.buffer.write(msgspec.json.format(document) + b"\n")
    output.flush()
