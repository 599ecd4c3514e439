"""The checks that amoCRM makes of a widget's archive at upload."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.ui.archive import ArchiveRefused, unpack
from tests.simulator.ui import archives


def without(path: str) -> dict[str, bytes]:
    return {name: data for name, data in archives.files().items() if name != path}


def changed(path: str, data: bytes) -> dict[str, bytes]:
    return {**archives.files(), path: data}


def about(**changes: Any) -> dict[str, bytes]:
    return changed("manifest.json", json.dumps({**archives.manifest(), **changes}).encode())


TWO_CUSTOM = {name: {"name": "settings.note", "type": "custom"} for name in ("one", "two")}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({f"widget/{path}": data for path, data in archives.files().items()}, "в корне архива"),
        (without("manifest.json"), "нет manifest.json"),
        (without("script.js"), "нет script.js"),
        (without("images/logo_min.png"), "нет картинки images/logo_min.png"),
        (without("i18n/en.json"), "i18n/en.json: нет файла i18n"),
        (changed("i18n/en.json", b'{"widget": {"name": "Sample"}}'), "нет текста «widget.description»"),
        (changed("i18n/de.json", b"{}"), "языка нет в widget.locale"),
        (changed("manifest.json", b"{not json}"), "ошибка в JSON"),
        (changed("script.js", b"\xef\xbb\xbfdefine()"), "BOM"),
        (changed("script.js", b"define();\r\n"), "CRLF"),
        (changed("script.js", "дефайн".encode("cp1251")), "не в кодировке UTF-8"),
        (changed("images/logo.png", bytes(400_000)), "больше 300 КБ"),
        (about(locations=["lcard-1", "lcard-0"]), "исключают друг друга"),
        (about(locations=["desktop"]), "неизвестная область «desktop»"),
        (about(settings=TWO_CUSTOM), "custom может быть только одно"),
        (about(widget={**archives.manifest()["widget"], "interface_version": "2"}), "interface_version"),
        (about(widget={**archives.manifest()["widget"], "name": "widget.title"}), "«widget.title»"),
    ],
)
def test_a_bad_archive_is_refused_in_clear_words(content: dict[str, bytes], words: str) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        unpack("widget.zip", archives.zipped(content))
    assert any(words in problem for problem in refused.value.problems), refused.value.problems


def test_the_archive_must_be_a_zip_of_the_right_name() -> None:
    with pytest.raises(ArchiveRefused, match=r"должен называться widget\.zip"):
        unpack("pulse.zip", archives.zipped(archives.files()))
    with pytest.raises(ArchiveRefused, match="не является архивом zip"):
        unpack("widget.zip", b"PK?")
