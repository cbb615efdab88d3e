"""Dockerfile, .dockerignore and compose.yaml: what a linter would say of them, and that they agree with the code."""

import asyncio
import re
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bot import __version__
from bot.settings import Settings
from bot.shutdown import STOP_SECONDS
from bot.transport.connections import MAX_CONNECTIONS
from tests.dockerfile import command, stages

ROOT = Path(__file__).parent.parent
PINNED = r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+"
SETTINGS = {field.name.upper(): field for field in msgspec.structs.fields(Settings)}
SECRETS = {name for name in SETTINGS if re.search("TOKEN|SECRET|KEY", name)}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def arguments(stage: list[tuple[str, str]], name: str) -> list[str]:
    """Return the arguments of each instruction of this name."""
    return [value for instruction, value in stage if instruction == name]


def test_both_stages_begin_with_one_pinned_image() -> None:
    """The environment that is copied links to the Python of the base; *latest* would be another one each day."""
    bases = {arguments(stage, "FROM")[0].split(" AS ")[0] for stage in stages()}

    assert len(stages()) == 2
    assert len(bases) == 1
    assert re.fullmatch(PINNED, bases.pop())


def test_what_runs_is_not_root_and_gets_the_signals() -> None:
    """The user is a number, by which Kubernetes knows it, and no shell stands between the bot and SIGTERM."""
    users = arguments(stages()[-1], "USER")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    assert command("ENTRYPOINT") + command("CMD") == ["portout-bot", "run"]
    assert arguments(stages()[-1], "STOPSIGNAL") == []


def test_the_last_stage_installs_nothing() -> None:
    """Tools that build stay in the first stage, and nothing is fetched from elsewhere than the package index."""
    run = " ".join(arguments(stages()[-1], "RUN"))
    everywhere = [value for stage in stages() for value in arguments(stage, "RUN")]
    fetching = r"\b(apt(-get)?|apk|curl|wget|git|sudo)\b"

    assert re.search(rf"\bpip\b|{fetching}", run) is None
    assert [value for value in everywhere if re.search(fetching, value)] == []
    assert [stage for stage in stages() if arguments(stage, "ADD")] == []


def test_the_image_is_built_of_pinned_wheels_and_keeps_no_tools() -> None:
    """Hashed packages, no cache, and in the end neither pip nor setuptools."""
    steps = " ".join(arguments(stages()[0], "RUN"))
    installations = re.findall(r"pip install (.*?)(?= &&| /opt|$)", steps)

    assert len(installations) == 2
    assert all("--no-cache-dir" in options for options in installations)
    assert "--require-hashes --only-binary :all: -r requirements.txt" in installations[0]
    assert "--no-deps --no-build-isolation ." in installations[1]
    assert re.search(r"pip uninstall .*\bsetuptools pip$", steps)


def test_only_what_is_copied_is_sent_to_the_builder() -> None:
    """No env file with secrets and no history can get into an image, and what is copied exists."""
    ignored, *patterns = (line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] != "#")
    sent = {pattern.removeprefix("!") for pattern in patterns if pattern.startswith("!")}
    copies = [value.split()[:-1] for value in arguments(stages()[0], "COPY")]
    copied = {source for sources in copies for source in sources}

    assert ignored == "*"
    assert sent == copied
    assert all((ROOT / source).exists() for source in copied)
    assert arguments(stages()[-1], "COPY") == ["--from=build /opt/portout /opt/portout"]


def test_the_image_holds_no_secret_and_listens_where_the_bot_does() -> None:
    """Variables with secrets come when it is started; the exposed port is the default of `PORT`."""
    variables = [value for stage in stages() for name in ("ENV", "ARG") for value in arguments(stage, name)]

    assert [value for value in variables if re.search("|".join(SECRETS), value)] == []
    assert arguments(stages()[-1], "EXPOSE") == [str(SETTINGS["PORT"].default)]


def test_an_image_of_a_release_has_its_version_as_label() -> None:
    """The label is what `make image` passes, which is the only version there is."""
    (labels,) = arguments(stages()[-1], "LABEL")
    words = ["make", "--no-print-directory", "-n", "image"]
    made = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603

    assert 'org.opencontainers.image.version="${VERSION}"' in labels
    assert "VERSION=development" in arguments(stages()[-1], "ARG")
    assert made == f"docker build --build-arg VERSION={__version__} --tag portout-bot:{__version__} .\n"


def test_compose_sets_only_variables_that_exist_and_no_secret() -> None:
    """Each is a setting of the bot, with a value that it takes; secrets come from the env file."""
    variables = SERVICES["bot"]["environment"]

    assert set(variables) <= set(SETTINGS) - SECRETS
    for name, value in variables.items():
        msgspec.convert(value, SETTINGS[name].type, strict=False)
    assert SERVICES["bot"]["env_file"] == [{"path": ".env", "required": False}]
    assert not any(service.get("environment") for name, service in SERVICES.items() if name != "bot")


def test_compose_starts_the_bot_when_redis_answers() -> None:
    """The Redis of `REDIS_URL` is a service with a health check, for which the bot waits."""
    variables = SERVICES["bot"]["environment"]

    assert variables["REDIS_URL"].startswith("redis://redis:")
    assert SERVICES["bot"]["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert SERVICES["redis"]["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]
    assert re.fullmatch(PINNED, SERVICES["redis"]["image"])
    assert SERVICES["bot"]["ports"] == [f"127.0.0.1:3000:{variables['PORT']}"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    """No capabilities, no new privileges, a read-only file system, and no port beyond this machine."""
    service = SERVICES[name]

    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert all(volume.endswith(":ro") for volume in service.get("volumes", []))


def test_compose_leaves_the_bot_its_time_and_its_files() -> None:
    """SIGKILL comes after the bot's own limit, and each client has a descriptor."""
    assert int(SERVICES["bot"]["stop_grace_period"].removesuffix("s")) >= STOP_SECONDS + 5
    assert SERVICES["bot"]["ulimits"]["nofile"] > 2 * MAX_CONNECTIONS


async def test_the_demo_of_compose_is_the_page() -> None:
    """Only with its profile; its command, run here, says where the page is, at the published port."""
    demo = SERVICES["demo"]
    python, *words = demo["entrypoint"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *words, "--port", "0"), env={"PATH": ""}, cwd=ROOT, stdout=PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            first = await process.stdout.readline()
            process.terminate()
            code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()

    assert (demo["profiles"], python, code) == (["demo"], "python", 0)
    assert demo["volumes"] == [f"./sandbox:{demo['working_dir']}/sandbox:ro"]
    assert re.match(rb"Port-out is at http://127\.0\.0\.1:\d+/", first)


def test_compose_reads_its_file() -> None:
    """Where `docker compose` is, it finds nothing wrong."""
    docker = shutil.which("docker") or ""
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("docker compose is not installed")
    check = [docker, "compose", "--profile", "demo", "config", "--quiet"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603

    assert (done.returncode, done.stderr) == (0, "")
