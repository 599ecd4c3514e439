"""The token that the widget brings: who sits in front of the screen, signed by amoCRM.

https://www.amocrm.ru/developers/content/oauth/disposable-tokens
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import jwt
from jwt.utils import base64url_decode

from integration.errors import Unauthorized

LEEWAY = 60
"""Seconds by which amoCRM's clock and ours may differ: 3 s of skew are common."""
LONGEST = 4096
"""Characters. A real token has about 700; what is longer is not decoded at all."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?")
_REQUIRED = ("exp", "nbf", "iat", "aud", "iss", "account_id", "user_id", "client_uuid")


@dataclass(frozen=True, slots=True)
class SessionToken:
    """What a verified token says. `issuer` is the account page's origin: the caller compares it with the request's."""

    account_id: int
    user_id: int
    issuer: str
    is_admin: bool


def verify(token: str, *, secret: str, audience: str, client_id: str, now: float) -> SessionToken:
    """Verify the value of X-Auth-Token and return what it says. Raises Unauthorized for any doubt, nothing else.

    `audience` is the scheme and host of the integration's redirect address, `now` is in unix seconds.
    """
    if len(token) > LONGEST or not token.isascii():
        raise Unauthorized("the token is not one of amoCRM's")
    try:
        claims = _signed_claims(token, secret, audience)
    except (jwt.PyJWTError, ValueError) as error:
        # The cause is named by its class alone: its text may quote the token.
        message = f"the token is refused: {type(error).__name__}"
        raise Unauthorized(message) from None
    _check_time(claims, now)
    issuer = claims["iss"]
    if claims["client_uuid"] != client_id or not isinstance(issuer, str) or not _ORIGIN.fullmatch(issuer):
        raise Unauthorized("the token is for another integration or from elsewhere")
    return SessionToken(
        account_id=_whole(claims, "account_id"),
        user_id=_whole(claims, "user_id"),
        issuer=issuer,
        # The claim is undocumented; "false" and 1 are truthy and mean nothing.
        is_admin=claims.get("is_admin") is True,
    )


def _signed_claims(token: str, secret: str, audience: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(
        token,
        secret,
        algorithms=["HS256"],
        audience=audience,
        # PyJWT accepts a token without `exp` unless it is required, and a list as `aud` unless that is forbidden.
        # The times are checked against the caller's clock instead of the machine's.
        options={
            "require": list(_REQUIRED),
            "strict_aud": True,
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        },
    )
    for part in token.split(".")[:2]:
        json.loads(base64url_decode(part), object_pairs_hook=_without_repeats)
    return claims


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Parsers disagree on which of two equal keys counts, so a signed text with both is no proof of either.
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is repeated")
    return members


def _check_time(claims: dict[str, object], now: float) -> None:
    starts = max(_whole(claims, "nbf"), _whole(claims, "iat"))
    if now + LEEWAY < starts or now - LEEWAY >= _whole(claims, "exp"):
        raise Unauthorized("the token is expired or not valid yet")


def _whole(claims: dict[str, object], name: str) -> int:
    value = claims[name]
    # `type` and not isinstance: True is an int to Python, and 1.0 equals 1.
    if type(value) is not int or not 0 < value < 2**63:
        message = f"{name} is not a positive whole number"
        raise Unauthorized(message)
    return value
