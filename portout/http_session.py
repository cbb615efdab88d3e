"""One way to open an HTTP session, to Telnyx and to Slack."""

from collections.abc import Mapping

import aiohttp


def open_session(
    *, timeout: aiohttp.ClientTimeout, proxy: str, headers: Mapping[str, str] | None = None
) -> aiohttp.ClientSession:
    """Return a session whose connections stay open between questions. proxy: a URL, or empty for none."""
    # The defaults, 15 s and 10 s, leave a bot that is asked twice an hour without a warm connection.
    connector = aiohttp.TCPConnector(keepalive_timeout=120, ttl_dns_cache=600)
    return aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=proxy or None,
    )
