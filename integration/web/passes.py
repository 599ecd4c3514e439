"""Short-lived proofs that we hand out and get back: the live stream's ticket, the consent window's state.

Each is encrypted, has an end, and is good for one purpose only.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from integration.errors import Unauthorized

LONGEST = 2048
"""Characters. What is longer was not made here."""


class Passes:
    """Makes and checks passes. `keys` are the installation's Fernet keys, newest first."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def issue(self, purpose: str, facts: dict[str, Any], *, expires_at: int) -> str:
        """Return a pass that carries the facts."""
        content = {"purpose": purpose, "exp": expires_at, "facts": facts}
        return self._fernet.encrypt(json.dumps(content).encode()).decode("ascii")

    def read(self, purpose: str, text: str, *, now: int) -> dict[str, Any]:
        """Return the facts. Raises Unauthorized for a forged or expired pass, and for one with another purpose."""
        if len(text) > LONGEST or not text.isascii():
            raise Unauthorized("the pass was not made here")
        try:
            content = json.loads(self._fernet.decrypt(text.encode()))
        except InvalidToken:
            raise Unauthorized("the pass was not made here") from None
        if content["purpose"] != purpose or content["exp"] <= now:
            raise Unauthorized("the pass has expired, or is for something else")
        facts: dict[str, Any] = content["facts"]
        return facts
