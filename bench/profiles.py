"""How much is measured: in full, or so little that it only shows that the benchmark works."""

from msgspec import Struct


class Profile(Struct, frozen=True):
    """The amounts of one run.

    calls: of each kind in a round. far_rounds: of those that take `idle` seconds. bulk: commands before memory is read.
    cycles: of the watch.
    """

    rounds: int
    far_rounds: int
    calls: int
    idle: float
    alerts: int
    bulk: int
    cycles: int


FULL = Profile(rounds=9, far_rounds=3, calls=600, idle=60, alerts=300, bulk=20_000, cycles=100)
QUICK = Profile(rounds=1, far_rounds=1, calls=60, idle=0.2, alerts=20, bulk=200, cycles=10)
