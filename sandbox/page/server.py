"""The page's own server: its files, a stream of the state to show, and the actions of the person."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web

from sandbox.page.actions import Action
from sandbox.page.message_events import MENTION
from sandbox.page.services.fault_switches import FaultSwitches
from sandbox.page.services.telnyx_actions import TelnyxActions
from sandbox.page.user_actions import COMMAND, UserActions
from sandbox.page.view_state import ViewState
from sandbox.page.workspace import ALERTS, CHANNELS, NAMES, PEOPLE, WATCH
from sandbox.telnyx.orders import APPROVED, OVER_24_H, WAITING
from sandbox.telnyx.samples import Samples

_FILES: Final = Path(__file__).parent / "static"
_UNKNOWN_ID: Final = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"
_POLICY: Final = "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'"
_TYPES: Final = {
    "portout.status_changed": "Status changed",
    "portout.new_comment": "New comment",
    "portout.foc_date_changed": "FOC date changed",
}
_ALERTS: Final = {"text": "pending", "attachment": "rejected", "edited": "FOC date changed"}
"""The sample that an alert of each kind is about."""

_BY_WORDS: Final = "By key, number or PON"
_FROM_THE_PAGE: Final = "On Telnyx's API page"
_DECODER: Final = msgspec.json.Decoder(Action)
_OWN_HOST: Final = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]+)?")


def page_server(
    view: ViewState, actions: UserActions, switches: FaultSwitches, telnyx: TelnyxActions, samples: Samples
) -> web.Application:
    """Return the web application that shows `view` and performs `actions`."""

    async def index(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(_FILES / "page.html", headers={"Content-Security-Policy": _POLICY})

    async def act(request: web.Request) -> web.Response:
        # A form of another site can't send JSON, so no other site acts here.
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            await actions.perform(_DECODER.decode(await request.read()))
        except (msgspec.DecodeError, KeyError):
            raise web.HTTPBadRequest from None
        return web.Response(status=204)

    async def live(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        version = 0
        view.visited.set()
        while True:
            shown = _shown(view, switches, samples) | {"orders": telnyx.orders}
            await response.write(b"data: %s\n\n" % msgspec.json.encode(shown))
            version = await view.changed(version)

    app = web.Application(middlewares=[_own_host_only])
    app.add_routes([web.get("/", index), web.get("/live", live), web.post("/act", act), web.static("/", _FILES)])
    return app


@web.middleware
async def _own_host_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse a request for another host: a name of another site may lead to this machine (DNS rebinding)."""
    if not _OWN_HOST.fullmatch(request.host):
        raise web.HTTPForbidden(text="This page is at 127.0.0.1 and localhost only.")
    return await handler(request)


def _shown(view: ViewState, switches: FaultSwitches, samples: Samples) -> dict[str, Any]:
    """Return all that the page draws."""
    return {
        "entries": view.visible,
        "me": view.me.id,
        "people": PEOPLE,
        "names": NAMES,
        "channels": CHANNELS,
        "watch": WATCH,
        "alertChannel": ALERTS,
        "modal": view.modal,
        "home": {"view": view.home, "is_offered": not view.me.is_outsider},
        "status": view.status,
        "samples": _groups(samples),
        "alerts": {kind: {"name": name, "id": samples.names[name]} for kind, name in _ALERTS.items()},
        "faults": switches.choices,
        "broken": switches.broken,
        "command": COMMAND,
        "mention": MENTION,
    }


def _groups(samples: Samples) -> dict[str, dict[str, str]]:
    """Return what to look up: ids, grouped by what they are of, and what people have instead; each under its name."""
    groups: dict[str, dict[str, str]] = {}
    for name, event_id in samples.names.items():
        kind = _TYPES[samples.events[event_id]["event_type"]] if name not in samples.odd else "Odd ones"
        groups.setdefault(_FROM_THE_PAGE if name.startswith("seed: ") else kind, {})[name] = event_id
    orders = {f"{order['status']} {order['support_key']}": order_id for order_id, order in samples.orders.items()}
    return groups | {
        _BY_WORDS: _searches(samples),
        "Orders": orders,
        "Unknown": {"an id that Telnyx does not know": _UNKNOWN_ID},
    }


def _searches(samples: Samples) -> dict[str, str]:
    """Return what finds port-outs without an id, each of another one, as people write it."""
    number = samples.orders[WAITING]["phone_numbers"][0]
    return {
        "support key": samples.orders[APPROVED]["support_key"],
        "phone number": f"({number[2:5]}) {number[5:8]}-{number[8:]}",
        "PON": f"pon {samples.orders[OVER_24_H]['pon']}",
        "all that wait": "pending",
    }
