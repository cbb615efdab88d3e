"""What the visitor may break, each by a switch."""

from typing import Final

from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.server import TelnyxSandbox

TELNYX: Final[dict[str, Fault]] = {
    "takes 3 s": faults.slow(3),
    "refuses our key (401)": faults.status(401),
    "knows no id (404)": faults.status(404),
    "wants us to wait (429)": faults.rate_limited(retry_after=20),
    "fails (503)": faults.status(503),
    "hangs up": faults.reset(),
}
SLACK: Final[dict[str, Fault]] = {
    "wants us to wait (429)": faults.rate_limited(retry_after=2),
    "fails (503)": faults.status(503),
}

# Slack takes no posts; it goes on to say that the token is good, and to take answers by response_url.
_KEYS: Final[dict[str, tuple[str | None, ...]]] = {
    "Telnyx": (None,),
    "Slack": ("chat.postMessage", "chat.update", "views.open"),
}


class Faults:
    """The switches; at each service one thing is broken at a time, or nothing."""

    def __init__(self, slack: SlackSandbox, telnyx: TelnyxSandbox) -> None:
        """Break nothing yet."""
        self._scripts = {"Telnyx": (telnyx.script, TELNYX), "Slack": (slack.script, SLACK)}
        self.broken: Final[dict[str, str]] = {}

    @property
    def choices(self) -> dict[str, list[str]]:
        """What can be broken, by service."""
        return {service: list(known) for service, (_, known) in self._scripts.items()}

    def switch(self, service: str, name: str) -> None:
        """Break something at a service; "" mends it. Raises KeyError for what there is not."""
        script, known = self._scripts[service]
        fault = known[name] if name else None
        script.reset()
        self.broken.pop(service, None)
        if fault is None:
            return
        self.broken[service] = name
        for key in _KEYS[service]:
            script.always(fault, key=key)
