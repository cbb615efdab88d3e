"""Who issued the certificate that a server shows: a proxy that inspects TLS shows one of its own company's."""

import asyncio
import socket
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

_SECONDS: Final = 3.0
_MAX_NAME: Final = 100


async def issuer_at(url: str) -> str | None:
    """Return the name of who issued the certificate of a server, which need not be trusted; None if not known."""
    parts = urlsplit(url)
    try:
        return await asyncio.to_thread(_issuer, parts.hostname or "", parts.port or 443)
    except (OSError, ValueError):  # among them: a certificate that has expired
        return None


def _issuer(host: str, port: int) -> str | None:
    """Return the common name of an issuer, else the organization. Raises `OSError` or `ValueError`."""
    # Python decodes only a certificate that it trusts: this one, for a connection that carries nothing else.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=ssl.get_server_certificate((host, port), timeout=_SECONDS))
    with (
        socket.create_connection((host, port), timeout=_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as tls,
    ):
        certificate: Any = tls.getpeercert()
    names = dict(name for names in certificate["issuer"] for name in names)
    name = names.get("commonName") or names.get("organizationName")
    return "".join(filter(str.isprintable, name))[:_MAX_NAME] if name else None
