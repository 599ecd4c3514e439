"""Everything that can go wrong and has a name.

PulseError
├── BadRequest            what came in cannot be understood; the caller must change it
├── Unauthorized          the caller did not prove who they are
├── Forbidden             the caller may not see this
├── NotFound              there is no such thing in this account
├── SettingsError         the operator's configuration is wrong
└── AmoError              amoCRM did not give what was asked; see the subclasses for what to do
    ├── GrantDead         the tokens are revoked: an administrator must connect again
    ├── WrongClient       amoCRM refuses our client id or secret: the operator must fix the settings
    ├── PaymentRequired   the account's subscription ended
    ├── RightsMissing     the token's user may not read this
    ├── Blocked           amoCRM blocks us (403 HTML): stop all traffic to the account for hours
    ├── RateLimited       429: stop, wait `retry_after` seconds or longer
    ├── Unavailable       5xx, time-out, broken connection: try later
    ├── Halted            not sent: the account rests, by what another request was answered
    └── UnexpectedAnswer  an answer outside the contract
"""

from __future__ import annotations


class PulseError(Exception):
    """The root. `code` is stable and goes to clients; the message is for a person who reads logs."""

    code = "internal"


class BadRequest(PulseError):
    """What came in cannot be understood. `field` names the part to change, if one can be named."""

    code = "bad_request"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Unauthorized(PulseError):
    """The caller did not prove who they are."""

    code = "unauthorized"


class Forbidden(PulseError):
    """The caller may not see this."""

    code = "forbidden"


class NotFound(PulseError):
    """There is no such thing in this account."""

    code = "not_found"


class SettingsError(PulseError):
    """The operator's configuration is wrong."""

    code = "settings"


class AmoError(PulseError):
    """AmoCRM did not give what was asked."""

    code = "amo"


class GrantDead(AmoError):
    """The tokens are revoked: an administrator must connect again."""

    code = "reconnect_required"


class WrongClient(AmoError):
    """AmoCRM refuses our client id or secret."""

    code = "wrong_client"


class PaymentRequired(AmoError):
    """The account's subscription ended, or the feature is not in its plan."""

    code = "payment_required"


class RightsMissing(AmoError):
    """The token's user may not read this."""

    code = "rights_missing"


class Blocked(AmoError):
    """AmoCRM blocks the account's API for us: no request may follow until the probe."""

    code = "blocked"


class RateLimited(AmoError):
    """Too many requests. `retry_after` is in seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AmoError):
    """AmoCRM is down, slow or out of reach; the same request may succeed later."""

    code = "unavailable"


class Halted(AmoError):
    """The request was not sent: the account rests, because of what another request was answered."""

    code = "halted"


class UnexpectedAnswer(AmoError):
    """An answer outside the contract."""

    code = "unexpected_answer"
