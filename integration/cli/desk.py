"""What all commands share: the settings opened when they are needed, the language, the two ways to answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click
from pydantic import BaseModel
from rich.console import Console

from integration import settings
from integration.cli import words
from integration.errors import PulseError
from integration.store import accounts
from integration.sync.context import open_context

if TYPE_CHECKING:
    from rich.console import RenderableType

    from integration.report.shapes import Language
    from integration.store.accounts import Account
    from integration.sync.context import Context

UNPIPED_WIDTH = 120
"""Columns of a table that goes into a file or a pipe."""

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
account_id = click.argument("account_id", metavar="ACCOUNT", type=click.IntRange(min=1))


class Commands(click.Group):
    """A group that tells our own errors in one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Run the command. Raises ClickException for what has a name in integration.errors."""
        try:
            return super().invoke(ctx)
        except PulseError as error:
            raise click.ClickException(str(error)) from error


@dataclass
class Desk:
    """Belongs to one run of the command. `given` is a context of the caller's own, which stays open."""

    given: Context | None = None
    language: Language = "en"
    console: Console = field(default_factory=lambda: _console(stderr=False))
    progress: Console = field(default_factory=lambda: _console(stderr=True))
    """Where long work shows how far it is: not where its answer goes."""

    @cached_property
    def ctx(self) -> Context:
        """The context of the settings in the environment. Raises SettingsError."""
        return self.given or open_context(settings.load())

    def account(self, account_id: int) -> Account:
        """Read an account. Raises NotFound."""
        with self.ctx.database.read() as conn:
            return accounts.get(conn, account_id)

    def say(self, key: str, **facts: object) -> str:
        """Return the words of a dotted key in the language of this run."""
        return words.say(self.language, key, **facts)

    def ago(self, time: int | None) -> str:
        """Tell how long ago a time in seconds was; of what never was, that."""
        return self.say("never") if not time else self.say("ago", age=self.age(self.ctx.now - time))

    def age(self, seconds: float) -> str:
        """Write a duration in its largest unit."""
        return words.age(self.language, seconds)

    def answer(self, facts: BaseModel | list[Any] | dict[str, Any], shown: RenderableType, *, as_json: bool) -> None:
        """Print the facts: as JSON, or as a person likes to read them."""
        if not as_json:
            self.console.print(shown)
            return
        plain = facts.model_dump(mode="json", by_alias=True) if isinstance(facts, BaseModel) else facts
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))

    def close(self) -> None:
        """Close what was opened here."""
        if self.given is None and "ctx" in vars(self):
            self.ctx.close()


pass_desk = click.make_pass_decorator(Desk)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=UNPIPED_WIDTH)
