"""All that there is: the clock, the switches, the accounts, the integrations and their installations."""

from __future__ import annotations

import random
import re
import uuid
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import request

from simulator.account import Account, Refused
from simulator.clock import Clock
from simulator.oauth.grants import Grants
from simulator.switches import Switches
from simulator.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.hooks.delivery import Deliveries

_INBOX = 200
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PLATFORM = re.compile(r"(?:.*\.)?(?:amocrm\.ru|amocrm\.com|kommo\.com)")


def is_platform_host(host: str) -> bool:
    """Tell a domain of amoCRM's from the machine's own names for this server, whatever they are."""
    return _PLATFORM.fullmatch(host.partition(":")[0].lower()) is not None


@dataclass
class Integration:
    """An integration as its developer registered it.

    Attributes:
        disconnect_uri: the uninstall hook's address, empty when none is set.
        owner: the id of its technical account.
        archive: the uploaded widget.zip.
    """

    client_id: str
    client_secret: str
    redirect_uri: str
    disconnect_uri: str = ""
    name: str = "Pulse"
    owner: int = 0
    archive: Path | None = None


class Universe:
    """The simulated world.

    Args:
        seed: of everything random; the same seed and the same calls give the same ids.
        start: the unix second at which the clock starts; the machine's time when None.
    """

    def __init__(self, seed: int = 1, start: int | None = None) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.chance = random.Random(f"chance {seed}")
        self.clock = Clock(start)
        self.switches = Switches()
        self.accounts: dict[int, Account] = {}
        self.integrations: dict[str, Integration] = {}
        self.grants = Grants(self)
        self.traffic = Traffic(self.switches)
        self.deliveries: Deliveries | None = None
        self.inbox: deque[dict[str, Any]] = deque(maxlen=_INBOX)
        self.on_new_account: list[Callable[[Account], None]] = []

    def add_account(
        self, subdomain: str, *, name: str = "", timezone: str = "Europe/Moscow", clock: Clock | None = None
    ) -> Account:
        """Open an account; it has no users and no pipelines yet. Raises Refused as `rename` does."""
        self._check_subdomain(subdomain, None)
        account = Account(self._account_id(), subdomain, clock or self.clock, self.switches, self.rng.getrandbits(32))
        account.name, account.timezone = name or subdomain, timezone
        self.accounts[account.id] = account
        for listener in self.on_new_account:
            listener(account)
        return account

    def own_switches(self, account: Account) -> Switches:
        """Return the account's own switches: from now on those of the world change nothing for it.

        Limits, the window of tokens and how letters of single changes travel stay the world's.
        """
        if account.switches is self.switches:
            account.switches = replace(self.switches)
        return account.switches

    def _account_id(self) -> int:
        return max(self.accounts, default=30_000_000) + self.rng.randrange(1000, 9000)

    def add_integration(
        self, *, redirect_uri: str, client_id: str = "", client_secret: str = "", disconnect_uri: str = ""
    ) -> Integration:
        """Register an integration; an id and a secret are made when they are not given."""
        integration = Integration(
            client_id or str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            client_secret or f"{self.rng.getrandbits(256):064x}",
            redirect_uri,
            disconnect_uri,
            owner=next(iter(self.accounts), 0),
        )
        self.integrations[integration.client_id] = integration
        return integration

    def rename(self, account: Account, subdomain: str) -> None:
        """Move an account to another subdomain. Raises Refused when it is taken or no host name."""
        self._check_subdomain(subdomain, account)
        account.subdomain = subdomain

    def _check_subdomain(self, subdomain: str, of: Account | None) -> None:
        if not _SUBDOMAIN.fullmatch(subdomain):
            raise Refused(f"{subdomain!r} is no subdomain")
        if any(other is not of and other.subdomain == subdomain for other in self.accounts.values()):
            raise Refused(f"{subdomain} is taken")

    def account_of_host(self, host: str) -> Account | None:
        """Return the account whose domain the request's Host names, port ignored."""
        domain = host.partition(":")[0].lower()
        return next((account for account in self.accounts.values() if account.domain == domain), None)

    def account_here(self) -> Account | None:
        """Return the account that the request under way addresses; on a bare local address that is the first one.

        None for a domain of amoCRM's that no account has (any more), and for the domain of the API server.
        """
        return self.account_of_host(request.host) if is_platform_host(request.host) else self.first_account()

    def close(self) -> None:
        """Stop delivering webhooks."""
        if self.deliveries is not None:
            self.deliveries.close()

    def first_account(self) -> Account:
        """Return the account that was opened first."""
        return next(iter(self.accounts.values()))
