"""A simulated amoCRM with Pulse connected to it, and the command line in front."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from integration.cli.desk import Desk
from integration.cli.main import cli
from tests.sync.conftest import a_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sync.world import World


@pytest.fixture
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Pulse connected to a small simulated amoCRM, everything read; without Redis, by amoCRM's clock.

    On SQLite, unless the test names the databases: `@on_both`.
    """
    url = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    with a_world(url, monkeypatch, leads=12, days=8) as made:
        made.ctx = replace(made.ctx, now_ms=made.universe.clock.now_ms)
        made.set_up()
        yield made


@pytest.fixture
def pulse(world: World) -> Callable[..., Result]:
    """Type a command: `pulse("sync", "status", 31)`."""

    def typed(*words: object, lang: str = "ru") -> Result:
        desk = Desk(given=world.ctx)
        return CliRunner().invoke(cli, ["--lang", lang, *map(str, words)], obj=desk, catch_exceptions=False)

    return typed


@pytest.fixture
def told(pulse: Callable[..., Result]) -> Callable[..., Any]:
    """Type a command with --json and return what it answers, whatever its exit code."""
    return lambda *words, lang="ru": json.loads(pulse(*words, "--json", lang=lang).stdout)
