"""Rules for the texts of the languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from commands.moderation.archive import Archive, Finding, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

_CYRILLIC = re.compile("[А-Яа-яЁё]")
_RUSSIAN_DOMAIN = re.compile(r"[\w-]\.ru\b")
_SAID = re.compile(r"""\b(?:say|i18n)\(\s*'([\w.]*\w)'\s*[,)]""")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_OUR_SPELLING = re.compile("amocrm", re.IGNORECASE)


def languages_have_the_same_texts(archive: Archive) -> Iterator[Finding]:
    """Files of i18n have one structure, and a text has the same placeholders in all of them."""
    known = {language: leaves(content) for language, content in archive.languages.items()}
    everywhere = {key for texts in known.values() for key in texts}
    for language, texts in known.items():
        for key in sorted(everywhere - texts.keys()):
            yield Finding(f"i18n/{language}.json", 0, f"lacks {key}")
    for key in sorted(everywhere):
        asked = {frozenset(_PLACEHOLDER.findall(str(texts[key]))) for texts in known.values() if key in texts}
        if len(asked) > 1:
            yield Finding("i18n", 0, f"{key} has other placeholders in another language")


def texts_are_not_empty(archive: Archive) -> Iterator[Finding]:
    """Every text is a string with words in it."""
    for language, content in archive.languages.items():
        for key, text in leaves(content).items():
            if not isinstance(text, str) or not text.strip():
                yield Finding(f"i18n/{language}.json", 0, f"{key} has no words")


def foreign_texts_are_not_russian(archive: Archive) -> Iterator[Finding]:
    """Texts for other countries hold neither Russian words nor addresses in .ru."""
    for language, content in archive.languages.items():
        if language == "ru":
            continue
        for key, text in leaves(content).items():
            if _CYRILLIC.search(str(text)):
                yield Finding(f"i18n/{language}.json", 0, f"{key} is Russian")
            if _RUSSIAN_DOMAIN.search(str(text)):
                yield Finding(f"i18n/{language}.json", 0, f"{key} has an address in .ru")


def the_vendor_is_not_borrowed(archive: Archive) -> Iterator[Finding]:
    """The widget's name does not hold amoCRM's, and texts spell it rightly."""
    for language, content in archive.languages.items():
        for key, text in leaves(content).items():
            for spelling in _OUR_SPELLING.findall(str(text)):
                if key == "widget.name":
                    yield Finding(f"i18n/{language}.json", 0, "the name holds the vendor's name")
                elif spelling != "amoCRM":
                    yield Finding(f"i18n/{language}.json", 0, f"{key} spells amoCRM as {spelling}")


def said_texts_exist(archive: Archive) -> Iterator[Finding]:
    """What scripts say is in every language."""
    for name, text in archive.scripts.items():
        for key in _SAID.findall(text):
            for language, content in archive.languages.items():
                if not isinstance(leaves(content).get(key), str):
                    yield Finding(name, 0, f"says {key}, which i18n/{language}.json lacks")


RULES = (
    languages_have_the_same_texts,
    texts_are_not_empty,
    foreign_texts_are_not_russian,
    the_vendor_is_not_borrowed,
    said_texts_exist,
)
