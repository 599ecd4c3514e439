"""Which hosts are amoCRM's. The only judge of addresses that come from outside.

OAuth's `referer`, the renamed account's domain and the browser's origin all arrive over the network, and the client
secret goes to the first two: a host that is not one of these exactly is refused, never repaired.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import re

from integration.errors import BadRequest

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ACCOUNT = re.compile(rf"(?!(?:www|api-[a-z0-9])\.){_LABEL}\.(?:amocrm\.ru|amocrm\.com|kommo\.com)")
_API = re.compile(r"api-[a-z0-9]{1,8}\.(?:amocrm\.ru|amocrm\.com|kommo\.com)")


def account_host(text: str) -> str:
    """Return an account's host, such as example.amocrm.ru, in lower case. Raises BadRequest for anything else."""
    return _matching(_ACCOUNT, text, "not an account of amoCRM or Kommo")


def api_host(text: str) -> str:
    """Return the host that knows renamed accounts, such as api-b.amocrm.ru. Raises BadRequest for anything else.

    https://www.amocrm.ru/developers/content/oauth/account-subdomain-info
    """
    return _matching(_API, text, "not an API host of amoCRM or Kommo")


def is_account_origin(origin: str) -> bool:
    """Tell whether a browser's Origin, or a token's issuer, is an account's page: https, no port, lower case."""
    scheme, separator, host = origin.partition("://")
    return scheme == "https" and bool(separator) and _ACCOUNT.fullmatch(host) is not None


def _matching(pattern: re.Pattern[str], text: str, complaint: str) -> str:
    # Only ASCII may be lowered: the Kelvin sign U+212A would become an honest k.
    host = text.lower() if text.isascii() else ""
    if pattern.fullmatch(host) is None:
        raise BadRequest(complaint, field="host")
    return host
