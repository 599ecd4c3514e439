"""Rules for the style sheets: nothing outside of the widget's own blocks may change its looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from commands.moderation.archive import Archive, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "pulse-"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_OPENING = re.compile(r"([^{};]+)\{")
_OWN_CLASS = re.compile(rf"\.{PREFIX}[\w-]+")
_FRAME = re.compile(r"^(?:from|to|[\d.]+%)$")
_FOREIGN_VARIABLE = re.compile(rf"(?<![\w(-])(--(?!{PREFIX})[\w-]+)\s*:")
_REMOTE = re.compile(r"@import\b|url\(\s*['\"]?(?:https?:)?//", re.IGNORECASE)


def selectors_are_our_own(archive: Archive) -> Iterator[Finding]:
    """Every selector goes through a class with our prefix, and so do the names of animations."""
    for name, text in _sheets(archive):
        for opening in _OPENING.finditer(text):
            line = text.count("\n", 0, opening.start(1) + len(opening[1]) - len(opening[1].lstrip())) + 1
            for selector in (part.strip() for part in opening[1].split(",")):
                if not _is_ours(selector):
                    yield Finding(name, line, f"the selector «{selector}» reaches outside of the widget")


def variables_are_our_own(archive: Archive) -> Iterator[Finding]:
    """Variables of the system are read, never set."""
    for name, text in _sheets(archive):
        for variable in _FOREIGN_VARIABLE.finditer(text):
            yield Finding(name, text.count("\n", 0, variable.start()) + 1, f"{variable[1]} is not ours to set")


def nothing_is_remote(archive: Archive) -> Iterator[Finding]:
    """No other sheet, font or picture is fetched from elsewhere."""
    for name, text in _sheets(archive):
        for remote in _REMOTE.finditer(text):
            yield Finding(name, text.count("\n", 0, remote.start()) + 1, "something is fetched from elsewhere")


def _is_ours(selector: str) -> bool:
    if selector.startswith("@keyframes"):
        return selector.removeprefix("@keyframes").strip().startswith(PREFIX)
    return selector.startswith("@") or bool(_FRAME.match(selector) or _OWN_CLASS.search(selector))


def _sheets(archive: Archive) -> Iterator[tuple[str, str]]:
    for name in sorted(archive.files):
        if name.endswith(".css"):
            yield name, _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), archive.text(name))


RULES = (selectors_are_our_own, variables_are_our_own, nothing_is_remote)
