"""A PIN that somebody tried, to take a number away: a credential, of which only the attempt is kept."""

from typing import Any, Final


class PinAttempt:
    """Whether somebody tried a PIN. The PIN is a credential: it is forgotten as soon as it is decoded."""

    __slots__ = ("made",)

    def __init__(self, value: object = None) -> None:
        """Remember that `value` is a PIN, not which."""
        # By identity: a PIN of zeros may arrive as the number 0, which equals False.
        self.made: Final = value is not None and value is not False and value != ""

    def __bool__(self) -> bool:
        """Tell whether a PIN was attempted."""
        return self.made

    def __eq__(self, other: object) -> bool:
        """Two attempts are alike when both were made or neither was."""
        return isinstance(other, PinAttempt) and self.made == other.made

    def __hash__(self) -> int:
        """Hash as equality compares."""
        return hash(self.made)

    def __repr__(self) -> str:
        """Show whether a PIN was attempted."""
        return f"PinAttempt(made={self.made})"


def decode_pin(_type: type[Any], value: object) -> PinAttempt:
    """Read a PIN as msgspec's decoders ask for it."""
    return PinAttempt(value)
