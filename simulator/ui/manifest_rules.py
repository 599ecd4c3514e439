"""What amoCRM asks of manifest.json and of the files it speaks of (M:integrations/structure.md, requirements.md)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from simulator.ui import text_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = ("logo.png", "logo_main.png", "logo_medium.png", "logo_min.png", "logo_small.png")
LARGEST_IMAGE = 300 * 1024
_SIDED = frozenset({"lcard", "ccard", "comcard", "cucard", "llist", "clist", "tlist", "culist"})
_PLAIN = frozenset(
    {"settings", "advanced_settings", "card_sdk", "catalogs", "digital_pipeline", "lead_sources", "widget_page"}
    | {"salesbot_designer", "sms", "mobile_card", "everywhere", "whatsapp_modal", "amoforms", "tline", "tcalendar"}
)
_FIELD_TYPES = frozenset({"text", "pass", "users", "users_lp", "custom"})
_INTERFACE_VERSION = 2


def problems(manifest: dict[str, Any], languages: dict[str, dict[str, Any]], files: dict[str, bytes]) -> list[str]:
    """Return what is wrong, in Russian, one sentence each."""
    widget = manifest.get("widget")
    if not isinstance(widget, dict):
        return ["manifest.json: нет раздела widget."]
    return [
        *_of_widget(widget),
        *_of_locations(manifest.get("locations")),
        *_of_settings(manifest, bool(widget.get("installation"))),
        *_of_languages(widget, manifest, languages),
        *_of_files(manifest, files),
    ]


def _of_widget(widget: dict[str, Any]) -> Iterator[str]:
    for name in ("name", "description", "short_description"):
        if not isinstance(widget.get(name), str):
            yield f"manifest.json: нет widget.{name}."
    if widget.get("interface_version") != _INTERFACE_VERSION:
        yield f"manifest.json: widget.interface_version должно быть числом {_INTERFACE_VERSION}."
    if not isinstance(widget.get("installation"), bool):
        yield "manifest.json: widget.installation должно быть true или false."
    support = widget.get("support")
    if not isinstance(support, dict) or not (support.get("link") or support.get("email")):
        yield "manifest.json: нет widget.support.link."


def _of_locations(locations: object) -> Iterator[str]:
    if not isinstance(locations, list) or not locations:
        yield "manifest.json: нет списка locations."
        return
    areas = sorted(str(code).removesuffix("-0").removesuffix("-1") for code in locations)
    for code, area in ((str(code), str(code).removesuffix("-0").removesuffix("-1")) for code in locations):
        if area not in (_SIDED if code != area else _SIDED | _PLAIN):
            yield f"manifest.json: неизвестная область «{code}» в locations."
    for area, following in pairwise(areas):
        if area == following:
            yield f"manifest.json: область {area} указана дважды, -0 и -1 исключают друг друга."


def _of_settings(manifest: dict[str, Any], installation: bool) -> Iterator[str]:  # noqa: FBT001 - the manifest's flag
    settings = manifest.get("settings")
    if not isinstance(settings, dict):
        # An empty list is what PHP makes of an empty object, and amoCRM's own examples carry it.
        if installation and settings != []:
            yield "manifest.json: нет раздела settings, а installation = true."
        return
    for code, field in settings.items():
        if not isinstance(field, dict) or field.get("type") not in _FIELD_TYPES:
            yield f"manifest.json: у поля settings.{code} неизвестный тип."
    if sum(isinstance(field, dict) and field.get("type") == "custom" for field in settings.values()) > 1:
        yield "manifest.json: поле типа custom может быть только одно."


def _of_languages(
    widget: dict[str, Any], manifest: dict[str, Any], languages: dict[str, dict[str, Any]]
) -> Iterator[str]:
    locale = widget.get("locale")
    if not isinstance(locale, list) or not locale:
        yield "manifest.json: нет списка widget.locale."
        return
    for lang in sorted(set(locale) ^ set(languages)):
        missing = "нет файла i18n" if lang in locale else "языка нет в widget.locale"
        yield f"i18n/{lang}.json: {missing}."
    spoken = {lang: text_rules.keys(languages[lang]) for lang in locale if lang in languages}
    for lang, keys in spoken.items():
        for key in sorted(set().union(*spoken.values()) - keys):
            yield f"i18n/{lang}.json: нет текста «{key}»."
    fields = manifest["settings"].values() if isinstance(manifest.get("settings"), dict) else ()
    names = [widget.get("name"), widget.get("description"), widget.get("short_description")]
    for path in (*names, *(field.get("name") for field in fields if isinstance(field, dict))):
        for lang in spoken:
            if isinstance(path, str) and text_rules.find(languages[lang], path) is None:
                yield f"i18n/{lang}.json: нет текста «{path}», на который ссылается manifest.json."


def _of_files(manifest: dict[str, Any], files: dict[str, bytes]) -> Iterator[str]:
    if "script.js" not in files:
        yield "В архиве нет script.js."
    tour = manifest.get("tour") or {}
    slides = [path for paths in (tour.get("tour_images") or {}).values() for path in paths]
    dp = ["images/logo_dp.png"] if "digital_pipeline" in manifest.get("locations", []) else []
    for path in (*(f"images/{name}" for name in IMAGES), *dp, *(str(path).lstrip("/") for path in slides)):
        if path not in files:
            yield f"В архиве нет картинки {path}."
    for path, content in files.items():
        if path.startswith("images/") and len(content) > LARGEST_IMAGE:
            yield f"{path}: картинка больше 300 КБ."
        if ".." in path.split("/") or path.startswith("/"):
            yield f"{path}: путь выходит за пределы архива."
