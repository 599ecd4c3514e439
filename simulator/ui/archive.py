"""A widget's archive, unpacked in memory, after the checks that amoCRM makes at upload."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from simulator.ui import manifest_rules, text_rules

FILE_NAME = "widget.zip"
_LARGEST = 20_000_000


class ArchiveRefused(ValueError):
    """The archive breaks the rules; `problems` says in Russian what is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Archive:
    """An accepted archive.

    Attributes:
        files: the content by path from the root, served exactly as it came.
        manifest: manifest.json.
        languages: the i18n files by language code.
    """

    files: dict[str, bytes]
    manifest: dict[str, Any]
    languages: dict[str, dict[str, Any]]

    @property
    def version(self) -> str:
        """The widget's version, which is only a key of caches."""
        return str(self.manifest["widget"].get("version", "0"))

    def text(self, key: str, lang: str) -> str:
        """Return the text under a dotted i18n key, in the first language of the manifest when `lang` is missing."""
        spoken = self.languages.get(lang) or self.languages[self.manifest["widget"]["locale"][0]]
        return text_rules.find(spoken, key) or key


def unpack(name: str, content: bytes) -> Archive:
    """Read an archive. Raises ArchiveRefused with every problem found (M:integrations/structure.md)."""
    if name != FILE_NAME:
        raise ArchiveRefused([f"Архив называется «{name}», а должен называться {FILE_NAME}."])
    files = _files(content)
    _require_root(files)
    problems: list[str] = text_rules.problems(files)
    manifest = text_rules.parse(files, "manifest.json", problems)
    spoken = {path: text_rules.parse(files, path, problems) for path in files if _is_language(path)}
    languages = {path.removeprefix("i18n/").removesuffix(".json"): texts for path, texts in spoken.items()}
    if not problems:
        problems += manifest_rules.problems(manifest, languages, files)
    if problems:
        raise ArchiveRefused(problems)
    return Archive(files, manifest, languages)


def _is_language(path: str) -> bool:
    return path.startswith("i18n/") and path.endswith(".json")


def _files(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise ArchiveRefused([f"Распакованный архив больше {_LARGEST // 1_000_000} МБ."])
            return {entry.filename: packed.read(entry) for entry in entries}
    except zipfile.BadZipFile:
        raise ArchiveRefused(["Файл не является архивом zip."]) from None


def _require_root(files: dict[str, bytes]) -> None:
    if "manifest.json" in files:
        return
    folder = next((path for path in files if path.endswith("/manifest.json")), None)
    if folder is None:
        raise ArchiveRefused(["В архиве нет manifest.json."])
    raise ArchiveRefused([f"Файлы лежат в папке: {folder}. Они должны лежать в корне архива."])
