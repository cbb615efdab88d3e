"""The wheel, installed without a checkout, as the image has it: run by somebody who may write nothing."""

import asyncio
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot import __version__
from sandbox.serve import unused_port
from tests.bot.processes import outcome, started
from tests.conftest import Environment, message_of
from tests.dockerfile import command

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "portout")
BUILDS_ONLY = "setuptools"  # which the image does not keep


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of the run, the same for all processes that run its tests."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until no other process of the run is in such a block."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Path:
    """The wheel, which the first process that needs it builds from a copy of the source tree, without a network."""
    built = run_folder / "wheel"
    with locked(run_folder / "wheel.lock"):
        if not built.exists():
            source = tmp_path_factory.mktemp("source")
            for package in PACKAGES:
                shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("pyproject.toml", "README.md"):
                shutil.copy(ROOT / name, source)
            pip("wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={built}", str(source))
    (path,) = built.iterdir()
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, run_folder: Path) -> Iterator[Path]:
    """A virtual environment with the wheel, which the first process that needs it makes, and the last one removes."""
    link = run_folder / "installed"
    with (run_folder / "installed.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with locked(run_folder / "installed.lock"):
            if not link.exists():
                link.symlink_to(install(wheel))
        folder = link.resolve()
        yield folder
        with suppress(BlockingIOError):  # others use it
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in (folder, *folder.rglob("*/")):
                path.chmod(0o700)
            shutil.rmtree(folder)
            link.unlink()


def install(wheel: Path) -> str:
    """Return a new virtual environment with the wheel and what requirements.txt names; nobody may write into it."""
    # Not below the folder of the run, which only its owner may enter.
    folder = tempfile.mkdtemp(prefix="portout-")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)  # noqa: S603
    copy_requirements(Path(folder, "lib", f"python3.{sys.version_info.minor}", "site-packages"))
    pip(f"--python={folder}/bin/python", "install", "--no-deps", "--no-index", str(wheel))
    for path in (Path(folder), *Path(folder).rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222 | (0o555 if path.is_dir() else 0o444))
    return folder


def pip(*arguments: str) -> None:
    """Run pip."""
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)  # noqa: S603


def copy_requirements(folder: Path) -> None:
    """Copy what requirements.txt names from where the tests have it."""
    for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE):
        with suppress(PackageNotFoundError):  # it is for another version of Python
            for file in distribution(name).files or () if name != BUILDS_ONLY else ():
                source = Path(str(file.locate()))
                if ".." not in file.parts and source.is_file():
                    (folder / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(source, folder / file)  # with its time, else its bytecode would be of no use


@cache
def nobody(python: Path) -> list[str]:
    """Return the command that runs another one as a user without a name or a home, and not as root."""
    if os.geteuid() != 0:
        return []
    ways = (
        ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"],
        ["unshare", "--user", "--map-user=10001", "--map-group=10001"],  # for a Python that only root may read
    )
    probe = [str(python), "-c", f"import sys; sys.exit(sys.version != {sys.version!r})"]
    for name, *options in ways:
        words = [shutil.which(name) or name, *options]
        with suppress(FileNotFoundError):
            if not subprocess.run([*words, *probe], capture_output=True, check=False).returncode:  # noqa: S603
                return words
    pytest.skip("root may write everywhere, and cannot be somebody else here")


async def run(installed: Path, *words: str, variables: Mapping[str, str] | None = None) -> Process:
    """Start an installed command as nobody, where nobody may write, with these environment variables only."""
    environment = {"PATH": str(installed / "bin"), "PYTHONDONTWRITEBYTECODE": "1"} | dict(variables or {})
    user = nobody(installed / "bin/python")
    return await asyncio.create_subprocess_exec(*user, *words, env=environment, cwd=installed, stdout=PIPE, stderr=PIPE)


def test_the_wheel_has_every_file_of_the_product_and_no_other(wheel: Path) -> None:
    """What is not code is in it, too; tests, stand-ins and the benchmark are not."""
    files = {path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()}
    expected = {path.relative_to(ROOT).as_posix() for path in files if path.parent.name != "__pycache__"}

    assert wheel.name == f"portout_bot-{__version__}-py3-none-any.whl"
    assert {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name} == expected


async def test_the_version_is_that_of_the_release(installed: Path) -> None:
    """The command and the package's metadata say the same."""
    code = "from importlib.metadata import version; print(version('portout-bot'))"

    assert await outcome(await run(installed, "portout-bot", "--version")) == (0, f"portout-bot {__version__}\n", "")
    assert await outcome(await run(installed, "python", "-c", code)) == (0, f"{__version__}\n", "")


async def test_a_check_names_the_missing_variables(installed: Path) -> None:
    """The first thing that an operator runs needs no checkout and no settings."""
    code, out, err = await outcome(await run(installed, "portout-bot", "check"))

    assert (code, err) == (1, "")
    assert all(name in out for name in ("SLACK_BOT_TOKEN: missing", "TELNYX_API_KEY: missing"))


async def test_the_image_imports_what_is_installed(installed: Path) -> None:
    """The step of the image that compiles modules in advance names modules that there are."""
    assert await outcome(await run(installed, *command("RUN"), variables={"HOME": "/"})) == (0, "", "")


async def test_the_images_command_serves_and_stops(installed: Path, environment: Environment, log_file: Path) -> None:
    """Without a home and with nothing to write to: a signed command gets its card, SIGTERM ends it with code 0."""
    port = str(unused_port())
    write, health = ("python", "-c", "open('written', 'w')"), command("HEALTHCHECK")
    process = await run(
        installed, *command("ENTRYPOINT"), *command("CMD"), variables=environment.bot_variables(PORT=port)
    )
    async with started(process, environment, log_file) as bot:
        card = message_of(await bot.command(environment.telnyx.samples.names["pending"]))
        healthy = await outcome(await run(installed, *health, variables={"PORT": port}))
        unhealthy, _, reason = await outcome(await run(installed, *health, variables={"PORT": str(unused_port())}))
        written, _, refusal = await outcome(await run(installed, *write))
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(29):  # hosts send SIGKILL after 30 s
            code = await process.wait()

    assert "Waiting for your answer" in card.text
    assert healthy == (0, "", "")
    assert (unhealthy, "ConnectionRefusedError" in reason) == (1, True)
    assert (written, "PermissionError" in refusal) == (1, True)
    assert code == 0
