"""What the product says to people over HTTP: one JSON file a language, the same keys in both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import request

if TYPE_CHECKING:
    from integration.report.shapes import Language

LANGUAGES: tuple[Language, ...] = ("ru", "en")

_WORDS: dict[Language, dict[str, Any]] = {
    language: json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}


def language() -> Language:
    """Return the language of this request: `?lang`, else what the browser prefers, else Russian."""
    asked = request.args.get("lang")
    found = asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES)
    return "en" if found == "en" else "ru"


def section(language: Language, name: str) -> dict[str, Any]:
    """Return one section of the words: `errors`, `fields`, `pages`, `problems` or `states`."""
    words: dict[str, Any] = _WORDS[language][name]
    return words
