"""The operator's configuration. The only reader of the environment; a wrong value stops the start and says why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from integration.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations of Pulse. Secrets never show in repr."""

    public_url: str
    """Where amoCRM and browsers reach us, such as https://pulse.example.ru; its host is the tokens' audience."""
    client_id: str
    client_secret: str
    encryption_keys: tuple[str, ...]
    """Fernet keys for what is secret at rest, newest first."""
    database_url: str
    redis_url: str
    live_url: str
    """Where browsers reach the live streams; the public address unless the streams have one of their own."""
    oauth_url: str
    """AmoCRM's consent window."""
    amo_gateway: str | None
    """For the simulator only: every amoCRM host is reached at this address, with its name in the Host header."""
    account_origins: frozenset[str]
    """For the simulator only: origins accepted beside https://*.amocrm.ru, .amocrm.com and .kommo.com."""
    requests_per_second: int
    """Of one account."""
    global_requests_per_second: int
    """Of all accounts together: amoCRM may count by our address."""
    delete_after_days: int
    """How many days after a confirmed uninstall everything about the account is deleted."""
    log_level: str

    @property
    def redirect_uri(self) -> str:
        """The redirect address typed into the integration's settings at amoCRM, to the letter."""
        return f"{self.public_url}/oauth/callback"

    @property
    def audience(self) -> str:
        """Scheme and host of the redirect address: the `aud` of the tokens that the widget brings."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def __repr__(self) -> str:
        return f"Settings(public_url={self.public_url!r})"


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from PULSE_… variables. Raises SettingsError naming the variable and what it needs.

    A secret may stand in a file instead: PULSE_CLIENT_SECRET_FILE names it.
    """
    read = _Reader(environment)
    public_url = read.url("PULSE_PUBLIC_URL")
    return Settings(
        public_url=public_url,
        client_id=read.text("PULSE_CLIENT_ID"),
        client_secret=read.secret("PULSE_CLIENT_SECRET"),
        encryption_keys=read.fernet_keys("PULSE_ENCRYPTION_KEYS"),
        database_url=read.text("PULSE_DATABASE_URL", "sqlite:///var/pulse.db"),
        redis_url=read.text("PULSE_REDIS_URL", "redis://127.0.0.1:6379/0"),
        live_url=read.url("PULSE_LIVE_URL", public_url),
        oauth_url=read.url("PULSE_OAUTH_URL", "https://www.amocrm.ru/oauth"),
        amo_gateway=read.url("PULSE_AMO_GATEWAY", "") or None,
        account_origins=frozenset(read.text("PULSE_ACCOUNT_ORIGINS", "").split()),
        requests_per_second=read.between("PULSE_REQUESTS_PER_SECOND", 1, 7, 6),
        global_requests_per_second=read.between("PULSE_GLOBAL_REQUESTS_PER_SECOND", 1, 1000, 40),
        delete_after_days=read.between("PULSE_DELETE_AFTER_DAYS", 0, 365, 30),
        log_level=read.text("PULSE_LOG_LEVEL", "INFO"),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environment.get(name, default)
        if value is None or (default is None and not value.strip()):
            raise SettingsError(f"{name} is not set")
        return value.strip()

    def secret(self, name: str) -> str:
        path = self.environment.get(f"{name}_FILE")
        if path is None:
            return self.text(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error

    def url(self, name: str, default: str | None = None) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise SettingsError(f"{name} must be an http(s) address, not {value!r}")
        return value

    def between(self, name: str, low: int, high: int, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {value!r}")
        return int(value)

    def fernet_keys(self, name: str) -> tuple[str, ...]:
        keys = tuple(self.secret(name).replace(",", " ").split())
        for key in keys:
            try:
                Fernet(key)
            except ValueError as error:
                raise SettingsError(f"{name}: each key is 32 bytes in url-safe base64") from error
        return keys
