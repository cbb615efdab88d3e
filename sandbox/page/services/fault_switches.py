"""The faults of Slack and Telnyx that can be switched on, on the page."""

from typing import Final

from sandbox import faults
from sandbox.faults import Fault
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.server import TelnyxSandbox

TELNYX: Final[dict[str, Fault]] = {
    "takes 3 s": faults.slow(3),
    "takes 10 s": faults.slow(10),  # longer than the bot waits
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

# The calls that show a card fail; auth.test and response URLs go on working.
_KEYS: Final[dict[str, tuple[str | None, ...]]] = {
    "Telnyx": (None,),
    "Slack": ("chat.postMessage", "chat.update", "views.open", "views.push", "views.publish"),
}


class FaultSwitches:
    """The switches. broken: the fault that is on, by service; at most one at each."""

    def __init__(self, slack: SlackSandbox, telnyx: TelnyxSandbox) -> None:
        """Start with every fault off."""
        self._scripts = {"Telnyx": (telnyx.script, TELNYX), "Slack": (slack.script, SLACK)}
        self.broken: Final[dict[str, str]] = {}

    @property
    def choices(self) -> dict[str, list[str]]:
        """Return the names of the faults, by service."""
        return {service: list(known) for service, (_, known) in self._scripts.items()}

    def switch(self, service: str, name: str) -> None:
        """Switch a fault on at a service, or with "" its faults off; raises KeyError for an unknown name."""
        script, known = self._scripts[service]
        fault = known[name] if name else None
        script.reset()
        self.broken.pop(service, None)
        if fault is None:
            return
        self.broken[service] = name
        for key in _KEYS[service]:
            script.always(fault, key=key)
