"""The HTTP server, and its route for Slack's requests."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, cast

from aiohttp import web
from msgspec import Struct

from bot.transport.connections import Connection, log_rejection
from bot.transport.dispatcher import RequestDispatcher
from bot.transport.verification.slack_signature import SlackVerifier, decode_body
from bot.transport.verification.used_signatures import UsedSignatures
from portout.telemetry.logging import bind_request_id

REQUEST_PATH: Final = "/slack/events"
"""The path that Slack sends all its requests to."""

_RETRY_HEADERS = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SlackEndpoint(Struct, frozen=True):
    """Verifies each request from Slack, and answers it with what the dispatcher returns."""

    dispatcher: RequestDispatcher
    verifier: SlackVerifier
    used_signatures: UsedSignatures

    @property
    def route(self) -> web.RouteDef:
        """Return the route at which Slack sends its requests."""
        return web.post(REQUEST_PATH, self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Return the answer to a request; raise an HTTP error for one that Slack did not send, or not just now."""
        # From here on a stop waits for the answer, also while the body is still arriving.
        with self.dispatcher.track():
            body, signature = await self.verifier.verified_body(request)
            cast("Connection", request.protocol).accept_request()
            payload = decode_body(body)
            retries = {name: request.headers[name] for name in _RETRY_HEADERS if name in request.headers}
            if not await self.used_signatures.claim(signature):
                raise web.HTTPUnauthorized(reason="Signature used before")
            answer = await self.dispatcher.dispatch(payload, retries)
            if answer.status >= 500:
                await self.used_signatures.release(signature)
        # Bolt's own adapter also looks for cookies, and passes the body as text, which costs aiohttp more work.
        return web.Response(status=answer.status, body=answer.body.encode(), headers=answer.first_headers())


def create_server(routes: Sequence[web.RouteDef]) -> web.Application:
    """Return an HTTP server with these routes."""
    server = web.Application(middlewares=[_guard])
    server.on_response_prepare.append(_finish_headers)
    server.add_routes(routes)
    return server


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    connection = cast("Connection", request.protocol)
    connection.begin_request()
    bind_request_id()
    try:
        if "Content-Encoding" in request.headers:
            # Nobody sends us such a body, and what it unpacks to may be of any size.
            raise web.HTTPBadRequest(reason="Body encoded")
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status not in (404, 405):  # whoever scans the internet asks for a thousand paths
            log_rejection(refusal.status, refusal.reason)
        raise
    finally:
        connection.end_request()


async def _finish_headers(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Remove the name and version of the server; after a refusal, close the connection, unread body or not.

    While the bot stops, every answer closes its connection: the client sends its next request elsewhere.
    """
    response.headers.popall("Server", None)
    if isinstance(response, web.HTTPException) or cast("Connection", request.protocol).is_last_answer:
        response.headers["Connection"] = "close"
        response.force_close()
