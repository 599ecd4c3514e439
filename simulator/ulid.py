"""The 26 lower-case characters that amoCRM uses as the ids of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80
_LENGTH = 26


class UlidMint:
    """Makes ULIDs that sort in the order in which they were made, whatever the clock does.

    Args:
        rng: the seeded source of the random part.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._last = 0

    def monotonic(self, now_ms: int) -> str:
        """Return an id greater than every one before it."""
        fresh = (now_ms << _RANDOM_BITS) | self._rng.getrandbits(_RANDOM_BITS)
        self._last = fresh if fresh > self._last else self._last + 1
        return _spell(self._last)

    def shuffled(self, now_ms: int) -> str:
        """Return an id whose order inside its second is chance: the time part knows whole seconds only."""
        second_ms = now_ms - now_ms % 1000
        return _spell((second_ms << _RANDOM_BITS) | self._rng.getrandbits(_RANDOM_BITS))


def _spell(number: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
