"""What amoCRM asks of the text files of a widget: UTF-8 without BOM, LF, strict JSON, equal translations."""

from __future__ import annotations

import codecs
import json
from typing import Any

_TEXT = (".json", ".js", ".css", ".twig", ".html", ".svg")


def problems(files: dict[str, bytes]) -> list[str]:
    """Return what is wrong with the encoding and the line ends of text files, in Russian."""
    found = []
    for path, content in files.items():
        if not path.endswith(_TEXT):
            continue
        if content.startswith(codecs.BOM_UTF8):
            found.append(f"{path}: файл начинается с BOM, нужна кодировка UTF-8 без BOM.")
        if b"\r\n" in content:
            found.append(f"{path}: переводы строк CRLF, нужны LF.")
        try:
            content.decode()
        except UnicodeDecodeError:
            found.append(f"{path}: файл не в кодировке UTF-8.")
    return found


def parse(files: dict[str, bytes], path: str, found: list[str]) -> dict[str, Any]:
    """Return the object in a JSON file; what is wrong with it goes into `found`."""
    try:
        value = json.loads(files[path].decode("utf-8-sig", errors="replace"))
    except ValueError as error:
        found.append(f"{path}: ошибка в JSON: {error}.")
        return {}
    if not isinstance(value, dict):
        found.append(f"{path}: ожидается объект JSON.")
        return {}
    return value


def find(texts: dict[str, Any], key: str) -> str | None:
    """Return the text under a dotted key, None when there is none."""
    branch: Any = texts
    for part in key.split("."):
        branch = branch.get(part) if isinstance(branch, dict) else None
    return branch if isinstance(branch, str) else None


def keys(texts: dict[str, Any], prefix: str = "") -> set[str]:
    """Return every dotted key of a translation."""
    found: set[str] = set()
    for name, value in texts.items():
        found |= keys(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}"}
    return found
