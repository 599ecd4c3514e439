"""Rules for the files themselves: where they lie, how they are written, what the pictures measure."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING

from commands.moderation.archive import Archive, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGOS = {
    "images/logo.png": (130, 100),
    "images/logo_main.png": (400, 272),
    "images/logo_medium.png": (240, 84),
    "images/logo_min.png": (84, 84),
    "images/logo_small.png": (108, 108),
}
TOUR_SIZE = (1188, 616)
HEAVIEST_PICTURE = 300 * 1024
HEAVIEST_ARCHIVE = 300 * 1000

_TEXT = (".json", ".js", ".css", ".twig")
_PNG = b"\x89PNG\r\n\x1a\n"
_MODULE = re.compile(r"""['"](\.{1,2}/[\w./-]+\.js)(?:\?[^'"]*)?['"]""")


def essentials_are_at_the_root(archive: Archive) -> Iterator[Finding]:
    """`manifest.json` and `script.js` lie at the root, not in a folder."""
    for name in ("manifest.json", "script.js"):
        if name in archive.files:
            continue
        inside = [path for path in archive.files if posixpath.basename(path) == name]
        where = f"it lies in {posixpath.dirname(inside[0])}/, not at the root" if inside else "it is missing"
        yield Finding(name, 0, where)


def texts_are_plain_utf8(archive: Archive) -> Iterator[Finding]:
    """Text files are UTF-8 without a byte order mark, with LF line ends."""
    for name, content in archive.files.items():
        if not name.endswith(_TEXT):
            continue
        if content.startswith(b"\xef\xbb\xbf"):
            yield Finding(name, 1, "begins with a byte order mark")
        if b"\r" in content:
            yield Finding(name, content[: content.index(b"\r")].count(b"\n") + 1, "has CR line ends; LF only")
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            yield Finding(name, 0, "is not UTF-8")


def json_is_strict(archive: Archive) -> Iterator[Finding]:
    """JSON files parse: no comments, no trailing commas, and an object at the top."""
    for name in archive.files:
        if not name.endswith(".json"):
            continue
        try:
            if not isinstance(json.loads(archive.text(name)), dict):
                yield Finding(name, 1, "must hold an object")
        except json.JSONDecodeError as error:
            yield Finding(name, error.lineno, f"is not JSON: {error.msg}")


def pictures_have_their_sizes(archive: Archive) -> Iterator[Finding]:
    """All logos are there; logos and the tour have the documented sizes, are PNG, still and light enough."""
    wanted = LOGOS | dict.fromkeys(tour_pictures(archive), TOUR_SIZE)
    for name, size in wanted.items():
        if name not in archive.files:
            yield Finding(name, 0, "is missing")
        elif not archive.files[name].startswith(_PNG):
            yield Finding(name, 0, "is not a PNG")
        elif (real := _png_size(archive.files[name])) != size:
            yield Finding(name, 0, f"measures {real[0]}x{real[1]}, not {size[0]}x{size[1]}")
    for name, content in archive.files.items():
        if name.startswith("images/") and len(content) > HEAVIEST_PICTURE:
            yield Finding(name, 0, f"weighs {len(content):,} bytes; the limit is {HEAVIEST_PICTURE:,}")
        if content.startswith(_PNG) and b"acTL" in content:
            yield Finding(name, 0, "is animated")


def archive_is_light(archive: Archive) -> Iterator[Finding]:
    """The archive weighs little: every user of the account loads it."""
    if archive.size >= HEAVIEST_ARCHIVE:
        yield Finding("widget.zip", 0, f"weighs {archive.size:,} bytes; the limit is {HEAVIEST_ARCHIVE:,}")


def every_file_is_used(archive: Archive) -> Iterator[Finding]:
    """No file lies in the archive that nothing refers to."""
    used = {"manifest.json", *LOGOS, *tour_pictures(archive), *reached_scripts(archive)}
    used |= {f"i18n/{language}.json" for language in archive.manifest.get("widget", {}).get("locale", [])}
    everything = "\n".join(archive.scripts.values())
    for name in archive.files:
        # A style sheet, a template or a picture is asked for by its path within the widget's folder.
        if name not in used and (name.endswith(".js") or f"/{name}" not in everything):
            yield Finding(name, 0, "is not used by anything")


def modules_exist(archive: Archive) -> Iterator[Finding]:
    """Every module that a script depends on is in the archive."""
    for name, text in archive.scripts.items():
        for module in _modules(name, text):
            if module not in archive.files:
                yield Finding(name, 0, f"depends on {module}, which is missing")


def reached_scripts(archive: Archive) -> set[str]:
    """Return the names of the scripts that script.js needs, itself included."""
    reached: set[str] = set()
    waiting = ["script.js"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in archive.files:
            continue
        reached.add(name)
        waiting += _modules(name, archive.text(name))
    return reached


def tour_pictures(archive: Archive) -> list[str]:
    """Return the paths of the tour's pictures that the manifest names, without the leading slash."""
    by_language = archive.manifest.get("tour", {}).get("tour_images", {})
    return [path.lstrip("/") for paths in by_language.values() for path in paths]


def _modules(name: str, text: str) -> list[str]:
    folder = posixpath.dirname(name)
    return [posixpath.normpath(posixpath.join(folder, module)) for module in _MODULE.findall(text)]


def _png_size(content: bytes) -> tuple[int, int]:
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


RULES = (
    texts_are_plain_utf8,
    json_is_strict,
    pictures_have_their_sizes,
    archive_is_light,
    every_file_is_used,
    modules_exist,
)
