"""Renders the pictures of the widget's archive from their SVG sources: `python3 run.py exec -m commands.art`."""

from __future__ import annotations

import json
import os
import shutil
from string import Template
from typing import TYPE_CHECKING

from playwright.sync_api import Page, sync_playwright

from commands.environment import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ART = ROOT / "widget" / "art"
IMAGES = ROOT / "widget" / "images"

# picture: (source, width, height, words put into the source). Sizes: …/developers/content/integrations/structure
PICTURES = {
    "logo.png": ("logo_main.svg", 130, 100, None),
    "logo_main.png": ("logo_main.svg", 400, 272, None),
    "logo_medium.png": ("logo_medium.svg", 240, 84, None),
    "logo_min.png": ("mark.svg", 84, 84, None),
    "logo_small.png": ("mark.svg", 108, 108, None),
    "tour_1_ru.png": ("tour_1.svg", 1188, 616, "tour_1_ru.json"),
    "tour_1_en.png": ("tour_1.svg", 1188, 616, "tour_1_en.json"),
}


def main() -> None:
    """Draw every picture with the machine's own Chromium (PULSE_CHROMIUM names another one)."""
    chromium = os.environ.get("PULSE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name, (source, width, height, words) in PICTURES.items():
            _draw(page, _svg(source, words), width, height, IMAGES / name)
            print(f"{name}: {width}x{height}, {(IMAGES / name).stat().st_size:,} bytes")
        browser.close()


def _svg(source: str, words: str | None) -> str:
    text = (ART / source).read_text(encoding="utf-8")
    if words is None:
        return text
    return Template(text).substitute(json.loads((ART / words).read_text(encoding="utf-8")))


def _draw(page: Page, svg: str, width: int, height: int, target: Path) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{width}px;height:{height}px}}</style>{svg}")
    page.screenshot(path=target)


if __name__ == "__main__":
    main()
