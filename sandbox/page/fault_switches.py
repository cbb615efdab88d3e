"""What the visitor may break, each by a switch."""

from typing import Final

from sandbox import faults as behaviors
from sandbox.faults import Behavior
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.server import TelnyxSandbox

TELNYX: Final[dict[str, Behavior]] = {
    "takes 3 s": behaviors.slow(3),
    "refuses our key (401)": behaviors.status(401),
    "knows no id (404)": behaviors.status(404),
    "wants us to wait (429)": behaviors.rate_limited(retry_after=20),
    "fails (503)": behaviors.status(503),
    "hangs up": behaviors.reset(),
}
SLACK: Final[dict[str, Behavior]] = {
    "wants us to wait (429)": behaviors.rate_limited(retry_after=2),
    "fails (503)": behaviors.status(503),
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
        return {service: list(behaviors) for service, (_, behaviors) in self._scripts.items()}

    def switch(self, service: str, fault: str) -> None:
        """Break something at a service; "" mends it. Raises KeyError for what there is not."""
        script, known = self._scripts[service]
        behavior = known[fault] if fault else None
        script.reset()
        self.broken.pop(service, None)
        if behavior is None:
            return
        self.broken[service] = fault
        for key in _KEYS[service]:
            script.always(behavior, key=key)
