"""Who issued the certificate that a server shows: a proxy that inspects TLS shows one of its own company's."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

_SECONDS: Final = 3.0
_MAX_NAME: Final = 100
_NAMES: Final = (bytes.fromhex("0603550403"), bytes.fromhex("060355040a"))  # DER of the ids: common name, organization
_VERSION_TAG: Final = 0xA0


async def issuer_at(url: str) -> str | None:
    """Return the name of who issued the certificate of a server, which need not be trusted; None if not known."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 443)
    try:
        pem = await asyncio.to_thread(ssl.get_server_certificate, address, timeout=_SECONDS)
        return issuer_of(ssl.PEM_cert_to_DER_cert(pem))
    except (OSError, ValueError, IndexError):
        return None


def issuer_of(certificate: bytes) -> str | None:
    """Return the common name, else the organization, of the issuer in a certificate in DER (RFC 5280, section 4.1)."""
    outer = next(_values(certificate))[1]
    fields = [value for tag, value in _values(next(_values(outer))[1]) if tag != _VERSION_TAG]
    issuer = fields[2]  # after the serial number and the algorithm
    for name in _NAMES:
        start = issuer.find(name)
        if start >= 0:
            with suppress(UnicodeDecodeError):
                text = next(_values(issuer[start + len(name) :]))[1].decode()
                return "".join(filter(str.isprintable, text))[:_MAX_NAME]
    return None


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each value in DER."""
    position = 0
    while position < len(data):
        tag, length = data[position], data[position + 1]
        position += 2
        if length > 0x7F:  # the length of the length
            n_bytes = length - 0x80
            length = int.from_bytes(data[position : position + n_bytes], "big")
            position += n_bytes
        yield tag, data[position : position + length]
        position += length
