"""Codes, refresh tokens and access tokens: who holds which, and which still work."""

from __future__ import annotations

import functools
import secrets
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.oauth.platforms import PLATFORMS

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Universe

CODE_SECONDS = 20 * 60
REFRESH_SECONDS = 90 * 86400


class GrantRefused(Exception):
    """A code or refresh token does not work; `hint` is amoCRM's reason."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


@dataclass(frozen=True)
class Grant:
    """What a user allowed an integration: one chain of rotating tokens. `is_admin` is as it was at that moment."""

    client_id: str
    account_id: int
    user_id: int
    is_admin: bool


@dataclass
class _Token:
    grant: Grant
    expires_at: int
    used_at: int | None = None
    access: set[str] = field(default_factory=set)


class Grants:
    """The memory of the authorization server. Access tokens are JWTs signed by a key made at the start."""

    def __init__(self, universe: Universe) -> None:
        self._clock = universe.clock
        self._switches = universe.switches
        self._key = _signing_key()
        self._lock = threading.Lock()
        self._codes: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self._access: dict[str, _Token] = {}
        self.installed: set[tuple[str, int]] = set()

    def issue_code(self, grant: Grant) -> str:
        """Return a code that works once within 20 minutes, and count the integration as installed."""
        with self._lock:
            code = _opaque()
            self._codes[code] = _Token(grant, self._clock.now() + CODE_SECONDS)
            self.installed.add((grant.client_id, grant.account_id))
            return code

    def spend_code(self, code: str, client_id: str, account: Account) -> Grant:
        """Return what a code grants and burn it. Raises GrantRefused."""
        with self._lock:
            token = self._find(self._codes, code, client_id, account)
            if token.used_at is not None:
                raise GrantRefused("Authorization code has been revoked")
            if token.expires_at <= self._clock.now():
                raise GrantRefused("Authorization code has expired")
            token.used_at = self._clock.now()
            return token.grant

    def spend_refresh(self, refresh_token: str, client_id: str, account: Account) -> Grant:
        """Return what a refresh token grants and burn it. Raises GrantRefused."""
        with self._lock:
            token = self._find(self._refresh, refresh_token, client_id, account)
            now = self._clock.now()
            if token.used_at is not None and now >= token.used_at + self._switches.refresh_grace_seconds:
                raise GrantRefused("Token has been revoked")
            if token.expires_at <= now:
                raise GrantRefused("Token has expired")
            token.used_at = now if token.used_at is None else token.used_at
            if not self._switches.access_survives_refresh:
                for jti in token.access:
                    self._access.pop(jti, None)
            return token.grant

    def _find(self, tokens: dict[str, _Token], text: str, client_id: str, account: Account) -> _Token:
        token = tokens.get(text)
        if token is None:
            raise GrantRefused("Cannot decrypt the refresh token" if tokens is self._refresh else "Token is invalid")
        installed = (client_id, account.id) in self.installed
        if (token.grant.client_id, token.grant.account_id) != (client_id, account.id) or not installed:
            raise GrantRefused("Token has been revoked")
        return token

    def issue_tokens(self, grant: Grant, account: Account) -> dict[str, Any]:
        """Return a new pair as the token endpoint answers it."""
        with self._lock:
            now = self._clock.now()
            lifetime = self._switches.access_token_seconds
            jti, refresh = secrets.token_hex(40), _opaque()
            self._access[jti] = _Token(grant, now + lifetime)
            self._refresh[refresh] = _Token(grant, now + REFRESH_SECONDS, access={jti})
        claims = self._claims(grant, account, now)
        access = jwt.encode({**claims, "jti": jti, "exp": now + lifetime}, self._key, algorithm="RS256")
        body = {"token_type": "Bearer", "expires_in": lifetime, "server_time": now}
        return {**body, "access_token": access, "refresh_token": refresh}

    @staticmethod
    def _claims(grant: Grant, account: Account, now: int) -> dict[str, Any]:
        return {
            "aud": grant.client_id,
            "iat": now,
            "nbf": now,
            "sub": str(grant.user_id),
            "grant_type": "",
            "account_id": account.id,
            "base_domain": account.base_domain,
            "version": 2,
            "scopes": ["crm", "files", "files_delete", "notifications", "push_notifications"],
            "user_flags": 0,
            "hash_uuid": str(uuid.uuid4()),
            "api_domain": PLATFORMS[account.base_domain].api_domain,
        }

    def grant_of(self, access_token: str) -> Grant | None:
        """Return what a living access token grants, else None."""
        try:
            options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
            claims = jwt.decode(access_token, self._key.public_key(), algorithms=["RS256"], options=options)
        except jwt.PyJWTError:
            return None
        with self._lock:
            token = self._access.get(claims["jti"])
            if token is None or token.expires_at <= self._clock.now():
                return None
            grant = token.grant
            return grant if (grant.client_id, grant.account_id) in self.installed else None

    def grant_of_refresh(self, refresh_token: str) -> Grant | None:
        """Return what a living refresh token grants, without using it up."""
        with self._lock:
            token = self._refresh.get(refresh_token)
            living = token is not None and token.used_at is None and token.expires_at > self._clock.now()
            if token is None or not living:
                return None
            grant = token.grant
            return grant if (grant.client_id, grant.account_id) in self.installed else None

    def disable(self, client_id: str, account_id: int) -> None:
        """Let every code and token of the integration in the account die."""
        with self._lock:
            self.installed.discard((client_id, account_id))
            for tokens in (self._codes, self._refresh, self._access):
                for text in [text for text, token in tokens.items() if _is_of(token, client_id, account_id)]:
                    del tokens[text]

    def expire_access(self, account_id: int) -> int:
        """Let the account's access tokens expire now; return how many there were."""
        with self._lock:
            expired = [token for token in self._access.values() if token.grant.account_id == account_id]
            for token in expired:
                token.expires_at = 0
            return len(expired)


def _is_of(token: _Token, client_id: str, account_id: int) -> bool:
    return (token.grant.client_id, token.grant.account_id) == (client_id, account_id)


@functools.cache
def _signing_key() -> rsa.RSAPrivateKey:
    """Return the key of this run of the program."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _opaque() -> str:
    return "def502" + secrets.token_hex(220)
