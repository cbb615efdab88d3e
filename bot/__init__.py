"""The running bot: command line, settings, start and stop, HTTP and Socket Mode, health checks."""

from typing import Final

__version__: Final = "1.0.0"
"""The version of the last release; CHANGELOG.md says what changed. The package's metadata has it from here."""
