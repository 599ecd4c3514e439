"""What amoCRM's answers mean: JSON, or the error that says what to do. Pure.

https://www.amocrm.ru/developers/content/crm_platform/error-codes
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from integration.errors import (
    AmoError,
    Blocked,
    GrantDead,
    PaymentRequired,
    RateLimited,
    RightsMissing,
    Unavailable,
    UnexpectedAnswer,
    WrongClient,
)

if TYPE_CHECKING:
    from integration.amo.fields import Json

RETRY_AFTER = 10.0
"""Seconds to wait after a 429 that names none; a repeated violation ends in a block."""
LONGEST_RETRY_AFTER = 3600.0

_GRANT_IS_DEAD = re.compile(r"revoked|expired|decrypt", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+")
_SECRET = re.compile(r"[\w.+/=-]{32,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, reduced to what is read.

    `retry_after` is the header of that name, which amoCRM may or may not send; `date` is the server's clock in unix
    seconds, if it told it.
    """

    status: int
    content_type: str
    body: bytes
    retry_after: str | None = None
    date: int | None = None


def decipher(answer: Answer) -> Json:
    """Return the answer's JSON, None for an empty one (204: nothing found). Raises a subclass of AmoError.

    Numbers with a point become Decimal.
    """
    if 200 <= answer.status < 300:  # noqa: PLR2004 - every success: amoCRM's 202 became 200 once
        return _content(answer)
    raise _refusal(answer)


def decipher_token(answer: Answer) -> Json:
    """Return the token endpoint's JSON. A refusal there tells whether the grant is dead or the client is wrong.

    Raises GrantDead only when amoCRM says so in words: everything else must leave the grant as it is, because a
    grant once given up needs a person. The words are captured ones; the documentation promises only 400.
    """
    problem = _problem(answer.body)
    if answer.status not in {400, 401} or problem is None:
        return decipher(answer)
    if _GRANT_IS_DEAD.search(str(problem.get("hint"))):
        raise GrantDead(_words(problem))
    # Without a hint: «Некорректный клиент», or the redirect address differs from the integration's settings.
    raise WrongClient(_words(problem))


def is_stop(answer: Answer) -> bool:
    """Tell whether the answer means that nothing more may be sent now: a 429, or the block that follows them."""
    return answer.status == 429 or (answer.status == 403 and _problem(answer.body) is None)  # noqa: PLR2004 - HTTP's


def _content(answer: Answer) -> Json:
    if not answer.body.strip():
        return None
    if "json" not in answer.content_type.lower():
        raise UnexpectedAnswer("a successful answer is not JSON")
    try:
        content: Json = json.loads(answer.body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Unavailable("the answer's JSON is cut short or broken") from None
    return content


_REFUSALS: dict[int, type[AmoError]] = {
    401: GrantDead,
    402: PaymentRequired,
    408: Unavailable,
    499: Unavailable,
}


def _refusal(answer: Answer) -> AmoError:
    status, problem = answer.status, _problem(answer.body)
    words = f"{status} {_words(problem)}".rstrip()
    if status == 403:  # noqa: PLR2004 - two different things: no rights is said in JSON, a block in HTML
        return RightsMissing(words) if problem else Blocked("403 without JSON: the API is blocked for us")
    if status == 429:  # noqa: PLR2004 - HTTP's own number
        return RateLimited(words, retry_after=_pause(problem, answer.retry_after))
    return _REFUSALS.get(status, Unavailable if status >= 500 else UnexpectedAnswer)(words)  # noqa: PLR2004 - HTTP's line


def _problem(body: bytes) -> dict[str, Json] | None:
    """Return the problem+json object of a refusal; None for HTML and whatever else gateways say."""
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return problem if isinstance(problem, dict) else None


def _words(problem: dict[str, Json] | None) -> str:
    """Return what amoCRM says, without addresses and anything long enough to be a secret: requests may be quoted."""
    said = [str(problem[name]) for name in ("title", "detail", "hint") if problem.get(name)] if problem else []
    return _SECRET.sub("…", _ADDRESS.sub("…", ": ".join(said)[:1000]))[:200]


def _pause(problem: dict[str, Json] | None, header: str | None) -> float:
    for value in ((problem or {}).get("retry_after"), header):
        seconds = str(value)
        if seconds.isascii() and seconds.isdigit():
            return min(max(float(seconds[:9]), 1.0), LONGEST_RETRY_AFTER)
    return RETRY_AFTER


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
