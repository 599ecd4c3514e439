"""The signed notice that an account disabled the integration.

amoCRM sends GET <address>?account_id=…&client_uuid=…&signature=…, where the signature is HMAC-SHA256 of
"client_id|account_id" with the client secret. It carries no time, so a copy of it works for ever: a valid notice is
a reason to stop and to ask the API, not yet to delete anything.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from integration.errors import BadRequest, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = re.compile(r"[0-9]{1,18}")


def verify_query(query: Mapping[str, str], *, client_id: str, secret: str) -> int:
    """Verify the notice's query string and return the account's id; see `verify`.

    The documentation names the integration's parameter both client_uuid and client_id.
    """
    client_uuid = query.get("client_uuid") or query.get("client_id")
    account_id, signature = query.get("account_id"), query.get("signature")
    return verify(account_id, client_uuid, signature, client_id=client_id, secret=secret)


def verify(
    account_id: str | None, client_uuid: str | None, signature: str | None, *, client_id: str, secret: str
) -> int:
    """Return the account's id if amoCRM signed the notice for our integration.

    Raises BadRequest when there is no readable account id, Unauthorized when the notice is not amoCRM's or not ours.
    """
    if account_id is None or not _ID.fullmatch(account_id) or int(account_id) == 0:
        raise BadRequest("account_id must be a whole number", field="account_id")
    message = f"{client_id}|{int(account_id)}".encode()
    expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    is_ours = _same(client_uuid or "", client_id)
    is_signed = _same(signature or "", expected)
    if not (is_ours and is_signed):
        raise Unauthorized("the signature is not amoCRM's")
    return int(account_id)


def _same(given: str, expected: str) -> bool:
    # Bytes, because compare_digest raises for strings beyond ASCII.
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
