"""Talks to amoCRM's token endpoint: codes and refresh tokens in, tokens out.

https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import jwt

from integration.amo import hosts
from integration.amo.answers import decipher, decipher_token
from integration.amo.fields import Row, row, text, whole
from integration.amo.transport import open_session, send
from integration.errors import BadRequest, UnexpectedAnswer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from integration.settings import Settings


_USER_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A grant. The refresh token works once: save the pair before using it. Secrets never show in repr.

    `expires_at` is in unix seconds of our own clock: the lifetime counted from the moment the answer came.
    `api_domain` is where the account is looked up when it was renamed; tokens before August 2024 have none.
    `user_id` is who granted, 0 if the token does not say.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: int
    account_id: int
    api_domain: str | None
    user_id: int


class TokenClient:
    """One conversation with token endpoints. Close it, or use it in a `with`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = open_session(settings.amo_gateway)

    def exchange(self, host: str, code: str) -> Tokens:
        """Turn an authorization code into tokens; a code lives for 20 minutes and works once.

        Raises BadRequest for a host that is not amoCRM's, GrantDead for a used code, else as `refresh`.
        """
        return self._grant(host, {"grant_type": "authorization_code", "code": code})

    def refresh(self, host: str, refresh_token: str) -> Tokens:
        """Turn the refresh token into a new pair; the old refresh token is dead from then on.

        Raises GrantDead when amoCRM says so, WrongClient, Unavailable (try later with the same token) and the other
        errors of `decipher`. After GrantDead or UnexpectedAnswer the account may only have been renamed: ask
        `current_host`, and if it differs, refresh there.
        """
        return self._grant(host, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def current_host(self, api_domain: str, refresh_token: str) -> str:
        """Return the account's present host. A read: it does not use up the refresh token.

        https://www.amocrm.ru/developers/content/oauth/account-subdomain-info
        """
        url = f"https://{hosts.api_host(api_domain)}/oauth2/account/current/subdomain"
        answer = send(self._session, "GET", url, headers={"X-Refresh-Token": refresh_token})
        content = row(decipher(answer))
        try:
            return hosts.account_host(text(content, "domain"))
        except BadRequest:
            raise UnexpectedAnswer("the account's domain is not one of amoCRM's") from None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _grant(self, host: str, grant: dict[str, str]) -> Tokens:
        body = {
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "redirect_uri": self._settings.redirect_uri,
            **grant,
        }
        url = f"https://{hosts.account_host(host)}/oauth2/access_token"
        answer = send(self._session, "POST", url, headers={}, json=body)
        return _tokens(row(decipher_token(answer)))


def _tokens(content: Row) -> Tokens:
    access_token = text(content, "access_token")
    claims = _claims(access_token)
    try:
        api_domain = hosts.api_host(text(claims, "api_domain"))
    except (BadRequest, UnexpectedAnswer):
        api_domain = None
    return Tokens(
        access_token=access_token,
        refresh_token=text(content, "refresh_token"),
        expires_at=int(time.time()) + whole(content, "expires_in"),
        account_id=whole(claims, "account_id"),
        api_domain=api_domain,
        user_id=_granting_user(claims),
    )


def _granting_user(claims: Row) -> int:
    subject = str(claims.get("sub"))
    return int(subject) if _USER_ID.fullmatch(subject) else 0


def _claims(access_token: str) -> Row:
    """Return what the token says about its account. Nobody but amoCRM has its key; it came over https from there."""
    try:
        # Only a check against the key would bring the other checks to life; what is read is validated where it is.
        return jwt.decode(access_token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise UnexpectedAnswer("the access token is not a JWT") from None
