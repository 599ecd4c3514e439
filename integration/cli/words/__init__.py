"""What the command line says: one JSON file a language, the same keys in both. States are said as the web says them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integration.web.words import LANGUAGES, section

if TYPE_CHECKING:
    from integration.report.shapes import Language

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

_WORDS: dict[Language, dict[str, Any]] = {
    language: json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))
    | {"states": section(language, "states")}
    for language in LANGUAGES
}


def say(language: Language, key: str, **facts: object) -> str:
    """Return the words of a dotted key with its {facts} filled in. Raises KeyError."""
    found: Any = _WORDS[language]
    for part in key.split("."):
        found = found[part]
    return str(found).format(**facts)


def advice(language: Language, key: str, **facts: object) -> tuple[str, str | None]:
    """Return what is the matter and, where there is something to be done, what. A state's title is the matter.

    Raises KeyError.
    """
    found: Any = _WORDS[language]
    for part in key.split("."):
        found = found[part]
    if isinstance(found, str):
        return found.format(**facts), None
    told, to_do = ("title", "text") if "title" in found else ("text", "do")
    return str(found[told]).format(**facts), str(found[to_do]).format(**facts)


def age(language: Language, seconds: float) -> str:
    """Write a duration in its largest unit: «3 мин»."""
    whole = max(0, int(seconds))
    name, size = next((unit for unit in UNITS if whole >= unit[1]), UNITS[-1])
    return say(language, f"units.{name}", value=whole // size)
