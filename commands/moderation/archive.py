"""The archive as rules see it, and what they find."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One broken rule. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}" if self.line else f"{self.file}: {self.words}"


@dataclass(frozen=True)
class Archive:
    """The files of a widget.zip by name, and its size in bytes."""

    files: dict[str, bytes]
    size: int

    @classmethod
    def read(cls, path: Path) -> Archive:
        """Read the archive at `path`. Raises zipfile.BadZipFile."""
        with zipfile.ZipFile(path) as packed:
            return cls({name: packed.read(name) for name in packed.namelist()}, path.stat().st_size)

    def text(self, name: str) -> str:
        """Return the text of a file; bytes that are not UTF-8 become marks, another rule tells of them."""
        return self.files[name].decode("utf-8", errors="replace")

    @cached_property
    def scripts(self) -> dict[str, str]:
        """Texts of all scripts by name."""
        return {name: self.text(name) for name in sorted(self.files) if name.endswith(".js")}

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest, or an empty one when it cannot be read: another rule tells of that."""
        return _object(self.text("manifest.json"))

    @cached_property
    def languages(self) -> dict[str, dict[str, Any]]:
        """Texts by language; an unreadable file is empty."""
        names = [name for name in sorted(self.files) if name.startswith("i18n/") and name.endswith(".json")]
        return {name.removeprefix("i18n/").removesuffix(".json"): _object(self.text(name)) for name in names}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def leaves(value: object, path: str = "") -> dict[str, object]:
    """Return {dotted path: value} of everything in nested objects that is not an object itself."""
    if not isinstance(value, dict):
        return {path: value}
    found: dict[str, object] = {}
    for key, inner in value.items():
        found |= leaves(inner, f"{path}.{key}" if path else str(key))
    return found
