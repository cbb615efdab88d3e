"""The import contracts in pyproject.toml hold, and a wrong import breaks them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the tree at `root`, as `make check` does."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(  # noqa: S603
        command, cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False, timeout=120
    )


WRONG_IMPORTS = [
    ("portout.cards.card", "aiohttp", "Only the edges speak HTTP"),
    ("portout.telnyx.http.responses", "slack_sdk", "Only the edges speak HTTP"),
    ("portout.telnyx.events", "portout.cards.blockkit.blocks", "Rooms of the library"),
    ("portout.cards.card", "portout.cards.message", "Parts of a card"),
    ("portout.lookup.service", "handlers.slash_command", "Three floors"),
    ("handlers.slash_command", "bot.settings", "Three floors"),
    ("handlers.slash_command", "sandbox.telnyx.samples", "The product never imports its stand-ins"),
    ("bot.transport.http", "bot.shutdown", "Rooms of the process"),
    ("bot.process", "bot.settings", "Rooms of the process"),
    ("sandbox.telnyx.server", "portout.telnyx.events", "The stand-ins know nothing of the product"),
]
CIRCLE = [("portout.state.store", "portout.state.ledger")]
NEW_MODULES = [
    ("bot.new", "Rooms of the process"),
    ("portout.new", "Rooms of the library"),
    ("portout.cards.new", "Parts of a card"),
]


def path_of(module: str) -> Path:
    """Return the path of a module in its tree."""
    return Path(*module.split(".")).with_suffix(".py")


def test_imports_point_one_way() -> None:
    """The source tree keeps every contract."""
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


def test_wrong_imports_and_modules_without_a_layer_are_found(tmp_path: Path) -> None:
    """Each import that points the other way, a circle, and each new module, which would be free to import anything.

    All of them in one copy of the source tree: each is named below the contract that it breaks.
    """
    for package in ("bench", "bot", "handlers", "portout", "sandbox"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, imported in [*((one, other) for one, other, _ in WRONG_IMPORTS), *CIRCLE]:
        with (tmp_path / path_of(module)).open("a") as file:
            file.write(f"\nimport {imported}\n")
    for module, _ in NEW_MODULES:
        (tmp_path / path_of(module)).write_text("import msgspec\n")

    result = lint_imports(tmp_path)

    _, *parts = re.split(r"^(.+)\n-+$", result.stdout, flags=re.MULTILINE)
    problems = dict(zip(parts[::2], parts[1::2], strict=True))
    assert result.returncode != 0
    assert [
        (one, other, contract)
        for one, other, contract in WRONG_IMPORTS
        if not re.search(rf"^- +{re.escape(one)} -> {re.escape(other)} ", problems[contract], re.MULTILINE)
    ] == []
    assert [(one, contract) for one, contract in NEW_MODULES if f"\n- {one}\n" not in problems[contract]] == []
    assert "\n- .store -> .ledger (1 import)\n" in problems["No circles"]
