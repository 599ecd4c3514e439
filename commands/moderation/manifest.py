"""Rules for manifest.json and for what it promises of the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from commands.moderation.archive import Archive, Finding, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "manifest.json"
MANDATORY = (
    "widget.name",
    "widget.description",
    "widget.short_description",
    "widget.version",
    "widget.interface_version",
    "widget.locale",
    "widget.installation",
    "locations",
    "tour.is_tour",
    "tour.tour_images",
    "tour.tour_description",
)
I18N_PATHS = ("widget.name", "widget.description", "widget.short_description", "tour.tour_description")
FIELD_TYPES = {"text", "pass", "users", "users_lp", "custom"}
INTERFACE_VERSION = 2
MOST_TOUR_PICTURES = 5
CALLBACKS = ("render", "init", "bind_actions", "onSave", "destroy")

# What the code must have for a location to be of use: https://www.amocrm.ru/developers/content/web_sdk/mechanics
_CARD_OR_LIST = ("lcard", "ccard", "comcard", "cucard", "llist", "clist", "tlist", "culist")
_USE = {name: re.compile(rf"\b{name}\b") for name in _CARD_OR_LIST} | {
    "settings": re.compile(r"\bsettings\s*[:(]"),
    "advanced_settings": re.compile(r"\badvancedSettings\b"),
    "card_sdk": re.compile(r"\bloadPreloadedData\b"),
    "catalogs": re.compile(r"\bloadCatalogElement\b"),
    "digital_pipeline": re.compile(r"\bdpSettings\b"),
    "lead_sources": re.compile(r"\bonSource\b"),
    "widget_page": re.compile(r"\binitMenuPage\b"),
    "salesbot_designer": re.compile(r"\bonSalesbotDesignerSave\b"),
    "everywhere": re.compile(r"\bgetWidgetsArea\b"),
}
_SUFFIXED = re.compile(r"^(\w+?)-([01])$")


def mandatory_fields_are_there(archive: Archive) -> Iterator[Finding]:
    """The manifest has every field that moderation asks for, and says whom to write to."""
    for path in MANDATORY:
        if _at(archive.manifest, path) in (None, "", [], {}):
            yield Finding(NAME, 0, f"lacks {path}")
    support = archive.manifest.get("widget", {}).get("support", {})
    if not support.get("link") and not support.get("email"):
        yield Finding(NAME, 0, "lacks widget.support.link or .email")
    if _at(archive.manifest, "widget.interface_version") != INTERFACE_VERSION:
        yield Finding(NAME, 0, f"widget.interface_version must be {INTERFACE_VERSION}")
    if _at(archive.manifest, "tour.is_tour") is not True:
        yield Finding(NAME, 0, "tour.is_tour must be true")


def named_texts_exist(archive: Archive) -> Iterator[Finding]:
    """Names in the manifest are paths of texts that every language has."""
    fields = archive.manifest.get("settings", {})
    paths = [_at(archive.manifest, path) for path in I18N_PATHS] + [field.get("name") for field in fields.values()]
    for path in paths:
        for language, content in archive.languages.items():
            if path and not isinstance(leaves(content).get(path), str):
                yield Finding(NAME, 0, f"names the text {path}, which i18n/{language}.json lacks")


def locale_is_what_i18n_holds(archive: Archive) -> Iterator[Finding]:
    """`widget.locale` and the files of i18n are the same languages, and each has a tour of its own."""
    declared = set(archive.manifest.get("widget", {}).get("locale", []))
    for language in sorted(declared ^ set(archive.languages)):
        words = "lacks the file of the language" if language in declared else "lacks the language of the file"
        yield Finding(NAME, 0, f"{words} i18n/{language}.json")
    tours = _at(archive.manifest, "tour.tour_images") or {}
    for language in sorted(declared):
        if not 1 <= len(tours.get(language, [])) <= MOST_TOUR_PICTURES:
            yield Finding(NAME, 0, f"tour.tour_images.{language} must name 1 to {MOST_TOUR_PICTURES} pictures")


def locations_are_used(archive: Archive) -> Iterator[Finding]:
    """Every location is known and used by the code, and the code uses no card or list beyond them."""
    code = "\n".join(archive.scripts.values())
    declared: set[str] = set()
    for location in archive.manifest.get("locations", []):
        suffixed = _SUFFIXED.match(location)
        area = suffixed[1] if suffixed else location
        if area in declared:
            yield Finding(NAME, 0, f"declares {area} twice")
        declared.add(area)
        if area not in _USE or (suffixed and area not in _CARD_OR_LIST):
            yield Finding(NAME, 0, f"declares the unknown location {location}")
        elif not _USE[area].search(code):
            yield Finding(NAME, 0, f"declares {location}, which the code never uses")
    for area in _CARD_OR_LIST:
        if area not in declared and _USE[area].search(code):
            yield Finding(NAME, 0, f"does not declare {area}, which the code uses")


def settings_can_be_stored(archive: Archive) -> Iterator[Finding]:
    """Fields have known types, at most one is `custom`, and an installable widget has a field to install by."""
    fields = archive.manifest.get("settings", {})
    for code, field in fields.items():
        if field.get("type") not in FIELD_TYPES:
            yield Finding(NAME, 0, f"settings.{code} has the unknown type {field.get('type')}")
    if sum(field.get("type") == "custom" for field in fields.values()) > 1:
        yield Finding(NAME, 0, "settings hold more than one custom field")
    if _at(archive.manifest, "widget.installation") is True and not fields:
        yield Finding(NAME, 0, "widget.installation asks for settings")


def callbacks_are_there(archive: Archive) -> Iterator[Finding]:
    """The widget answers to the callbacks without which amoCRM drops it, keeps its block or refuses to install."""
    for name in CALLBACKS:
        if not re.search(rf"\b{name}\s*[:(]", archive.text("script.js")):
            yield Finding("script.js", 0, f"has no callback {name}")


def _at(value: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - JSON holds anything
    found: Any = value
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


RULES = (
    mandatory_fields_are_there,
    named_texts_exist,
    locale_is_what_i18n_holds,
    locations_are_used,
    settings_can_be_stored,
    callbacks_are_there,
)
