"""Redis over TLS: the certificates are read once, at the start, and one that is not trusted is named."""

import asyncio
import gc
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import pytest

from portout.state.fallback_store import UnusableRedisError, open_store
from sandbox.redis_server import RedisServer, redis_server
from tests.bot.cli.test_check import run_check
from tests.conftest import Environment, need_redis

PREFIX: Final = "portout:T1:B1:"


async def openssl(arguments: str, directory: Path) -> None:
    """Run openssl there, with these arguments, none of which holds a space."""
    command = "openssl", *arguments.split()
    process = await asyncio.create_subprocess_exec(*command, cwd=directory, stderr=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis server with a certificate for 127.0.0.1 of an authority of its own, `ca.pem`."""
    need_redis()
    if shutil.which("openssl") is None and "CI" not in os.environ:
        pytest.skip("openssl is not installed")
    (tmp_path / "name.txt").write_text("subjectAltName=IP:127.0.0.1")
    for arguments in (
        "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=authority -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=redis -keyout redis.key -out redis.csr",
        "x509 -req -in redis.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile name.txt -out redis.pem",
    ):
        await openssl(arguments, tmp_path)
    files = {"cert-file": "redis.pem", "key-file": "redis.key", "ca-cert-file": "ca.pem"}
    options = [text for name, file in files.items() for text in (f"--tls-{name}", str(tmp_path / file))]
    try:
        async with redis_server(*options, "--tls-auth-clients", "no", is_tls=True) as server:
            yield server
    except RuntimeError:
        if "CI" in os.environ:
            raise
        pytest.skip("redis-server is built without TLS")


@pytest.fixture
def trusted_url(redis: RedisServer, tmp_path: Path) -> str:
    """The address of the server, with its authority."""
    return f"{redis.url}?ssl_ca_certs={tmp_path / 'ca.pem'}"


def contexts() -> int:
    """Return how many TLS contexts there are."""
    return sum(isinstance(one, ssl.SSLContext) for one in gc.get_objects())


async def test_one_context_serves_all_connections(redis: RedisServer, trusted_url: str) -> None:
    """It is there from the start, and there is no other after a burst, and after Redis was started again."""
    before = contexts()
    async with open_store(trusted_url, PREFIX, lambda _: None) as store:
        at_start = contexts()
        for _ in range(2):
            await asyncio.gather(*(store.set(str(number), "x", 60) for number in range(1_000)))
            await redis.stop()
            await redis.start()
        await store.set("k", "1", 60)

        assert await store.get("k") == "1"
        assert (at_start, contexts()) == (before + 1, before + 1)


async def test_an_untrusted_certificate_is_named(redis: RedisServer, log_text: Callable[[], str]) -> None:
    """In the log, as the reason why the ledger is degraded."""
    async with open_store(redis.url, PREFIX, lambda _: None) as store:
        assert not await store.is_shared()

    assert '"certificate not trusted: ' in log_text()


async def test_a_certificate_for_another_name_is_named(trusted_url: str, log_text: Callable[[], str]) -> None:
    """Without the name, which is a part of the address."""
    async with open_store(trusted_url.replace("127.0.0.1", "localhost"), PREFIX, lambda _: None) as store:
        assert not await store.is_shared()

    assert '"certificate not trusted: Hostname mismatch"' in log_text()


async def test_a_file_that_is_no_certificate_ends_the_start(redis: RedisServer, tmp_path: Path) -> None:
    """As does one that is not there: without it no connection can succeed."""
    (tmp_path / "empty.pem").touch()
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(UnusableRedisError, match="certificates that cannot be read"):
            async with open_store(f"{redis.url}?ssl_ca_certs={tmp_path / name}", PREFIX, lambda _: None):
                pass


async def test_the_check_names_a_certificate(environment: Environment, redis: RedisServer, trusted_url: str) -> None:
    """One that is not trusted; a trusted one is well."""
    _, untrusted = await run_check(environment, REDIS_URL=redis.url)
    _, trusted = await run_check(environment, REDIS_URL=trusted_url)

    assert trusted["Redis"][0]
    assert untrusted["Redis"][0] is False
    assert untrusted["Redis"][1].startswith("REDIS_URL: certificate not trusted: ")
