"""What Dockerfile says."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage, each with its arguments, without comments and continued lines."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    instructions = [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in text.splitlines() if line]
    starts = [number for number, (name, _) in enumerate(instructions) if name == "FROM"]
    return [instructions[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def command(instruction: str) -> list[str]:
    """Return the command of an instruction of the last stage; raise `ValueError` unless it is in the exec form."""
    (arguments,) = (arguments for name, arguments in stages()[-1] if name == instruction)
    words: list[str] = json.loads(arguments[arguments.index("[") :])
    return words
