"""The PIN that was attempted to take a number away: a credential, of which only the attempt is recorded."""

from typing import Any, Final


class PinAttempt:
    """The fact that a PIN was attempted, or was not. The PIN itself is dropped as soon as it is decoded."""

    __slots__ = ("made",)

    def __init__(self, value: object = None) -> None:
        """Record whether `value` is a PIN; the value itself is not stored."""
        # By identity: a PIN of zeros may arrive as the number 0, which equals False.
        self.made: Final = value is not None and value is not False and value != ""

    def __bool__(self) -> bool:
        return self.made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PinAttempt) and self.made == other.made

    def __hash__(self) -> int:
        return hash(self.made)

    def __repr__(self) -> str:
        return f"PinAttempt(made={self.made})"


def decode_pin(_type: type[Any], value: object) -> PinAttempt:
    """Return the attempt that a PIN stands for: a `dec_hook` for msgspec's decoders."""
    return PinAttempt(value)
