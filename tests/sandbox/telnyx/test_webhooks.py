"""The webhooks of the stand-in for Telnyx."""

from base64 import b64decode

import aiohttp
from aiohttp import web
from nacl.signing import VerifyKey

from sandbox.serve import serve, unused_port
from sandbox.telnyx.account import Account
from sandbox.telnyx.samples import Samples
from sandbox.telnyx.webhooks import WebhookSender


async def test_an_event_is_sent_once_and_signed(account: Samples, http: aiohttp.ClientSession) -> None:
    """Over its timestamp and body, with the key that the portal shows."""
    sender, received = WebhookSender(http), []

    async def receive(request: web.Request) -> web.Response:
        received.append((request.headers, await request.read(), await request.json()))
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hook", receive)
    opened = Account(account)
    event = account.events[opened.add_comment(opened.open_order(), "Please call us.")]
    async with serve(app) as url:
        sender.url = f"{url}/hook"
        status = await sender.send(event)

    ((headers, body, decoded),) = received
    signature = b64decode(headers["telnyx-signature-ed25519"])
    VerifyKey(b64decode(sender.public_key)).verify(b"%s|%s" % (headers["telnyx-timestamp"].encode(), body), signature)
    assert status == 202
    assert decoded["data"]["event_type"] == "portout.new_comment"
    assert decoded["data"]["payload"] == event["payload"]


async def test_nobody_needs_to_be_there(account: Samples, http: aiohttp.ClientSession) -> None:
    """The event is in the list all the same."""
    sender, opened = WebhookSender(http), Account(account)
    sender.url = f"http://127.0.0.1:{unused_port()}/hook"

    assert await sender.send(account.events[opened.add_comment(opened.open_order(), "Please call us.")]) == 0
