"""JSON over HTTP with the parts of a running whole."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


def call(
    url: str, body: dict[str, Any] | None = None, *, method: str | None = None, headers: dict[str, str] | None = None
) -> Any:  # noqa: ANN401 - JSON
    """Send a JSON request to one of our own parts and return the JSON answer. Raises urllib.error.HTTPError."""
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - addresses of our own parts only
        url, sent, {"Content-Type": "application/json", **(headers or {})}, method=method
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        text = answer.read()
    return json.loads(text) if text else None


def answers(url: str) -> bool:
    """Tell whether the address answers 200."""
    try:
        call(url)
    except (OSError, urllib.error.URLError):
        return False
    return True
