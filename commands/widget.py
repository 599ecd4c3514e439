"""Builds the archive that amoCRM takes, dist/widget.zip, and checks it as moderation does.

The same sources and address give the same bytes: names are sorted, times are fixed. The archive holds the sources as
they are but for two things: the server's address, and the version behind each of our modules' names, because amoCRM
loads these without any and browsers would keep yesterday's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from commands.environment import ROOT
from commands.moderation import Archive, findings

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ROOT / "widget"
ARCHIVE = ROOT / "dist" / "widget.zip"
ADDRESS_IN_SOURCE = "https://pulse.example.com"
ADDRESS_FILE = "lib/address.js"
NOT_SHIPPED = "art"

_OUR_MODULE = re.compile(r"'(\./(?:lib/)?\w+\.js)'")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def main(arguments: list[str]) -> int:
    """Build and check. Returns 1 and prints what moderation would refuse, if anything."""
    parser = argparse.ArgumentParser(prog="run.py widget", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--api", default=os.environ.get("PULSE_PUBLIC_URL", ADDRESS_IN_SOURCE), help="the server's address"
    )
    options = parser.parse_args(arguments)
    try:
        archive = build(options.api)
    except ValueError as error:
        parser.error(str(error))
    refused = findings(Archive.read(archive))
    for finding in refused:
        sys.stderr.write(f"{finding}\n")
    if refused:
        return 1
    size = archive.stat().st_size / 1024
    print(f"{archive.relative_to(ROOT)}: {size:.0f} KB, speaks to {options.api}, keeps moderation's rules")
    return 0


def build(api: str, target: Path = ARCHIVE) -> Path:
    """Write the archive of the widget that speaks to `api` and return its path.

    Raises ValueError for an address that an https page may not call; plain http is for this machine only.
    """
    address = _address(api)
    version = json.loads((SOURCE / "manifest.json").read_text(encoding="utf-8"))["widget"]["version"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in _shipped():
            name = path.relative_to(SOURCE).as_posix()
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _content(path, name, address, version))
    return target


def _shipped() -> list[Path]:
    paths = (path for path in SOURCE.rglob("*") if path.is_file())
    return sorted(path for path in paths if path.relative_to(SOURCE).parts[0] != NOT_SHIPPED)


def _content(path: Path, name: str, address: str, version: str) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".js":
        return content
    text = content.decode()
    if name == ADDRESS_FILE:
        text = text.replace(ADDRESS_IN_SOURCE, address)
    return _OUR_MODULE.sub(rf"'\1?v={version}'", text).encode()


def _address(api: str) -> str:
    parts = urlsplit(api.rstrip("/"))
    local = parts.hostname in {"127.0.0.1", "localhost"}
    if not parts.netloc or not (parts.scheme == "https" or (parts.scheme == "http" and local)) or "'" in api:
        message = f"the server's address must be https://…, not {api!r}"
        raise ValueError(message)
    return api.rstrip("/")
