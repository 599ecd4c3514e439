"""amoCRM's rules for a widget's archive, as far as a program can check them.

Rules: https://www.amocrm.ru/developers/content/integrations/requirements and …/integrations/structure.
Each rule is a generator of what breaks it; `findings` asks them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.moderation import code, files, manifest, style, texts
from commands.moderation.archive import Archive, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["RULES", "Archive", "Finding", "findings"]

RULES: tuple[Callable[[Archive], Iterator[Finding]], ...] = (
    *files.RULES,
    *manifest.RULES,
    *texts.RULES,
    *code.RULES,
    *style.RULES,
)


def findings(archive: Archive) -> list[Finding]:
    """Return everything that moderation would refuse, in the order of files; empty when the archive is fit."""
    missing = list(files.essentials_are_at_the_root(archive))
    if missing:
        # Without a manifest and a script there is nothing to judge the other files by.
        return missing
    return sorted(finding for rule in RULES for finding in rule(archive))
