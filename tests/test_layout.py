"""The import contracts in pyproject.toml hold, and a wrong import breaks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the tree at `root`, as `make check` does."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(  # noqa: S603
        command, cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source tree, for a wrong import."""
    for package in ("bench", "bot", "handlers", "portout", "sandbox"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_one_way() -> None:
    """The source tree keeps every contract."""
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("portout/cards/card.py", "import aiohttp", "Only the edges speak HTTP"),
        ("portout/telnyx/http/responses.py", "import slack_sdk", "Only the edges speak HTTP"),
        ("portout/telnyx/events.py", "import portout.cards.blockkit.blocks", "Rooms of the library"),
        ("portout/cards/card.py", "import portout.cards.message", "Parts of a card"),
        ("portout/lookup/service.py", "import handlers.slash_command", "Three floors"),
        ("handlers/slash_command.py", "import bot.settings", "Three floors"),
        ("portout/state/store.py", "import portout.state.ledger", "No circles"),
        ("handlers/slash_command.py", "import sandbox.telnyx.samples", "The product never imports its stand-ins"),
        ("bot/transport/http.py", "import bot.shutdown", "Rooms of the process"),
        ("bot/process.py", "import bot.settings", "Rooms of the process"),
        ("sandbox/telnyx/server.py", "import portout.telnyx.events", "The stand-ins know nothing of the product"),
    ],
)
def test_an_import_that_points_the_other_way_is_found(copy: Path, module: str, line: str, contract: str) -> None:
    """One wrong import breaks its contract."""
    path = copy / module
    path.write_text(f"{path.read_text()}\n{line}\n")

    result = lint_imports(copy)

    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout


@pytest.mark.parametrize(
    ("module", "contract"),
    [
        ("bot/new.py", "Rooms of the process"),
        ("portout/new.py", "Rooms of the library"),
        ("portout/cards/new.py", "Parts of a card"),
    ],
)
def test_a_module_without_a_layer_is_found(copy: Path, module: str, contract: str) -> None:
    """It would be free to import anything."""
    (copy / module).write_text("import msgspec\n")

    result = lint_imports(copy)

    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout
