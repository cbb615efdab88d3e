"""The HTTP session, with the settings that Telnyx and Slack share."""

from collections.abc import Mapping, Sequence

import aiohttp


def open_session(
    *,
    timeout: aiohttp.ClientTimeout,
    proxy: str,
    headers: Mapping[str, str] | None = None,
    middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
) -> aiohttp.ClientSession:
    """Return a session that keeps idle connections open for 2 minutes. proxy: a URL, or empty for none."""
    # With aiohttp's defaults, 15 s and 10 s, a quiet bot would have to connect anew for nearly every request.
    connector = aiohttp.TCPConnector(keepalive_timeout=120, ttl_dns_cache=600)
    return aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=proxy or None,
        middlewares=middlewares,
    )
