"""A TLS server with a certificate that nobody trusts."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

ISSUER = "Example Inspection CA"


@asynccontextmanager
async def tls_server(folder: Path) -> AsyncIterator[str]:
    """Run a server with a self-signed certificate, and yield its URL. folder: for the files of the certificate."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    subject = ("-subj", f"/O=Example/CN={ISSUER}", "-addext", "subjectAltName=IP:127.0.0.1")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        *subject,
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(web.Application(), shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
