"""Limits on the size of modules, functions and folders, and on who takes all services or the audience."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = ("bench", "bot", "handlers", "portout", "sandbox")


def modules() -> Iterator[tuple[str, str]]:
    """Yield each module's path and source."""
    for package in CODE:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text()


@cache
def functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Return each function, methods and inner ones included, with its module's path."""
    return [
        (path, node)
        for path, source in modules()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def takes(function: ast.FunctionDef | ast.AsyncFunctionDef, kind: str) -> bool:
    """Return whether a function has a parameter of this type."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(one.annotation is not None and kind in ast.unparse(one.annotation) for one in arguments)


def test_no_module_is_long() -> None:
    """At most 250 lines: in a longer one, a concept is missing."""
    assert [path for path, source in modules() if source.count("\n") > 250] == []


def test_no_function_is_long() -> None:
    """At most 40 lines."""
    lines = {f"{path} {one.name}": (one.end_lineno or 0) - one.lineno + 1 for path, one in functions()}

    assert {name for name, count in lines.items() if count > 40} == set()


def test_a_folder_holds_at_most_nine_modules() -> None:
    """A newcomer sees at once what is in it."""
    counts = Counter(str(Path(path).parent) for path, _ in modules() if not path.endswith("__init__.py"))

    assert {folder for folder, count in counts.items() if count > 9} == set()


def test_only_the_registration_of_surfaces_takes_all_services() -> None:
    """Everything else takes the few services that it uses."""
    assert [(path, one.name) for path, one in functions() if takes(one, "Services")] == [
        ("handlers/__init__.py", "register")
    ]


def test_the_audience_passes_through_few_functions() -> None:
    """What a channel may see is decided in one place; the parts of a card do not know of it."""
    takers = [(path, one.name) for path, one in functions() if takes(one, "Audience")]

    assert 0 < len(takers) <= 6, takers
    assert not any(path.startswith(("portout/cards/events", "portout/cards/fields")) for path, _ in takers)


def test_a_docstring_begins_with_what_is_done() -> None:
    """Of a function: with a verb such as *Return* or *Post*, not with a noun or a question."""
    no_verbs = {"A", "All", "Always", "An", "How", "If", "Let", "Give", "The", "This", "What", "When", "Whether", "Why"}
    docstrings = ((f"{path} {one.name}", ast.get_docstring(one) or "") for path, one in functions())

    assert [name for name, docstring in docstrings if docstring.split(" ", 1)[0] in no_verbs] == []
