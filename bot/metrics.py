"""What is counted, for Prometheus: no ids, no people."""

from typing import Final

from prometheus_client import Counter

LEDGER_FALLBACKS: Final = Counter("portout_ledger_fallbacks", "How often the shared ledger went away.")
