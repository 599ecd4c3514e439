"""amoCRM and Kommo: two markets of one product, told apart by an account's base domain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """What differs.

    Attributes:
        number: the `platform` of redirects and install hooks.
        api_domain: the server behind all accounts.
        currency: that of a new account, in its `country`.
    """

    number: str
    api_domain: str
    country: str
    currency: str


_KOMMO = Platform("2", "api-c.kommo.com", "US", "USD")
PLATFORMS = {
    "amocrm.ru": Platform("1", "api-b.amocrm.ru", "RU", "RUB"),
    "amocrm.com": _KOMMO,
    "kommo.com": _KOMMO,
}
API_DOMAINS = frozenset(platform.api_domain for platform in PLATFORMS.values())
