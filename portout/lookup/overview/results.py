"""The overview of an account: the port-outs that wait for an answer, and those whose numbers leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from portout.lookup.results import OrderResult
from portout.telnyx.errors import FOUND, TelnyxError

LEAVING_SPAN: Final = timedelta(days=10)
"""How far before and after now the FOC date is of an order that leaves: until then the numbers may be taken."""


class KeptList(Struct, frozen=True):
    """The orders of a list, as they were read last.

    has_all: False if some could not be read. as_of: when Telnyx answered, in UTC; None if it never has. error: why the
    list is not newer; None if it is as new as was asked for.
    """

    orders: Sequence[OrderResult] = ()
    has_all: bool = True
    as_of: datetime | None = None
    error: TelnyxError | None = None

    @property
    def outcome(self) -> str:
        """Return the list's name in metrics: how it went when it was read."""
        return self.error.outcome if self.error else FOUND


class Overview(Struct, frozen=True):
    """What happens in the account. waiting: the least time first. leaving: the earliest FOC date first."""

    waiting: KeptList
    leaving: KeptList
