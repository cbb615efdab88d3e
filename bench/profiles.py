"""How much is measured: in full, or so little that it only shows that the benchmark works."""

from msgspec import Struct


class Profile(Struct, frozen=True):
    """The amounts of one run.

    calls: of each kind in a round. far_rounds: of those that idle, for each of the seconds in `idle`. bulk: commands
    before memory is read. cycles: of the watch.
    """

    rounds: int
    far_rounds: int
    calls: int
    idle: tuple[float, ...]
    alerts: int
    bulk: int
    cycles: int


FULL = Profile(rounds=9, far_rounds=1, calls=600, idle=(130, 300), alerts=300, bulk=20_000, cycles=100)
"""It idles for longer than servers and the bot itself keep idle connections."""

QUICK = Profile(rounds=1, far_rounds=1, calls=60, idle=(0.2,), alerts=20, bulk=200, cycles=10)
