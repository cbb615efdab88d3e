"""The end of the process."""

import subprocess
import sys

from tests.bot.processes import ROOT

HANGING = """
import threading
from bot.process import leave
for _ in range(150):
    threading.Thread(target=threading.Event().wait).start()
leave(3)
"""


def test_many_hanging_threads_are_waited_for_together() -> None:
    """As many as there may be cost no more than one: 0.2 s for each would be more than a host's 30 s."""
    done = subprocess.run([sys.executable, "-c", HANGING], cwd=ROOT, timeout=20, check=False)  # noqa: S603

    assert done.returncode == 3
