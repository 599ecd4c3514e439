"""Secrets at rest: encrypted, and bound to the account they belong to."""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from integration.errors import PulseError

NO_ACCOUNT = 0
"""The owner of what is sealed before its account is known: authorization codes."""


class SealBroken(PulseError):
    """What is stored cannot be opened: another key sealed it, or it belongs to another account."""

    code = "seal_broken"


class Vault:
    """Seals and opens JSON values. `keys` are Fernet keys, newest first: the first seals, all of them open."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._newest = Fernet(keys[0])

    def is_newest(self, sealed: str) -> bool:
        """Tell whether the newest key sealed this."""
        try:
            self._newest.decrypt(sealed.encode("ascii"))
        except InvalidToken:
            return False
        return True

    def seal(self, account_id: int, value: Any) -> str:  # noqa: ANN401 - any JSON value
        """Encrypt a JSON value for this account only."""
        return self._fernet.encrypt(json.dumps([account_id, value]).encode()).decode("ascii")

    def open(self, account_id: int, sealed: str) -> Any:  # noqa: ANN401 - any JSON value
        """Decrypt. Raises SealBroken, also for a row copied over from another account."""
        try:
            owner, value = json.loads(self._fernet.decrypt(sealed.encode("ascii")))
        except InvalidToken as error:
            raise SealBroken("The stored secret was sealed with a key that is not in PULSE_ENCRYPTION_KEYS") from error
        if owner != account_id:
            raise SealBroken(f"The stored secret of account {account_id} belongs to another one")
        return value
