"""A TLS server with a certificate that nobody trusts."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

ISSUER = "Example Inspection CA"

_SELF = f"/O=Example/CN={ISSUER}"
_NAME = ("-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1")


@asynccontextmanager
async def tls_server(folder: Path, issuer: str = "") -> AsyncIterator[str]:
    """Run a server and yield its URL. folder: for the files of its certificate. issuer: its subject; "": itself."""
    await asyncio.to_thread(_make_certificate, folder, issuer)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    runner = web.AppRunner(web.Application(), shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _make_certificate(folder: Path, issuer: str) -> None:
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout")
    if not issuer:
        self_signed = ("-subj", _SELF, *_NAME[2:])
        _openssl(folder, "req", "-x509", *self_signed, *new_key, "key.pem", "-out", "certificate.pem")
        return
    _openssl(folder, "req", "-x509", "-utf8", "-subj", issuer, *new_key, "ca.key", "-out", "ca.pem")
    _openssl(folder, "req", *_NAME, *new_key, "key.pem", "-out", "request.pem")
    authority = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    _openssl(folder, "x509", "-req", "-in", "request.pem", *authority, "-out", "certificate.pem")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607
