"""How much is measured: all of it, or so little that it only shows that the benchmark works."""

from msgspec import Struct


class Effort(Struct, frozen=True):
    """How much is measured.

    calls: of each kind in a round. far_rounds: of those that take `idle` seconds. bulk: commands before memory is read.
    """

    rounds: int
    far_rounds: int
    calls: int
    idle: float
    alerts: int
    bulk: int


FULL = Effort(rounds=9, far_rounds=3, calls=600, idle=60, alerts=300, bulk=20_000)
QUICK = Effort(rounds=1, far_rounds=1, calls=60, idle=0.2, alerts=20, bulk=200)
