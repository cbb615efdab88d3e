"""What a look-up of one id came to: an event, or the reason why there is none."""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from bot.telnyx.events import PortoutEvent
from bot.telnyx.protocol import TelnyxError


class Found(Struct, frozen=True):
    """Telnyx knows the id. fetched_at: when Telnyx said so, in UTC."""

    event_id: str
    event: PortoutEvent
    fetched_at: datetime

    @property
    def outcome(self) -> str:
        """The finding's name in logs."""
        return "found"


class Failed(Struct, frozen=True):
    """No event was had for the id, and why."""

    event_id: str
    error: TelnyxError

    @property
    def outcome(self) -> str:
        """The finding's name in logs."""
        return self.error.outcome


Finding: TypeAlias = Found | Failed
