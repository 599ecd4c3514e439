"""Every state of the widget's card can be read: at each width, in both languages, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Route

SHOWN_WIDTH = 240
ADDRESS = "http://scene.test"
HTML = """<!doctype html><html {scheme}><meta charset="utf-8">
<link rel="stylesheet" href="/widget/style.css">
<style>
  body {{ margin: 8px; display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start;
         font: 15px 'PT Sans', Arial, sans-serif; background: {ground}; }}
  *, *::after {{ animation: none !important; }}
</style>
<script src="/require.js"></script><script src="/scene.js"></script>"""
LIGHT = HTML.format(scheme="", ground="#f5f5f5")
DARK = HTML.format(scheme='data-color-scheme="dark"', ground="#0f2231")


@pytest.fixture
def scene(page: Page) -> Callable[[str, int, str], list[str]]:
    """Draw all states of the card in a language, at a width, light or dark; return their names."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if path in {"/light", "/dark"}:
            route.fulfill(body=LIGHT if path == "/light" else DARK, content_type="text/html")
        elif path == "/favicon.ico":
            route.fulfill(status=204)
        else:
            route.fulfill(path=_file(path))

    def draw(language: str, width: int, scheme: str) -> list[str]:
        page.goto(f"{ADDRESS}/{scheme}")
        names: list[str] = page.evaluate("([language, width]) => drawn(language, width)", [language, width])
        return names

    page.route(f"{ADDRESS}/**", serve)
    return draw


def _file(path: str) -> Path:
    if path == "/require.js":
        return ROOT / "simulator/ui/node_modules/requirejs/require.js"
    if path == "/scene.js":
        return ROOT / "tests/browser/widget_scene.js"
    folder, _, name = path.removeprefix("/").partition("/")
    return ROOT / {"widget": "widget", "tests": "tests/widget"}[folder] / name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [200, 240, 280])
def test_every_state_can_be_read(
    page: Page,
    scene: Callable[[str, int, str], list[str]],
    shoot: Callable[[str], Path],
    *,
    width: int,
    language: str,
    scheme: str,
) -> None:
    states = scene(language, width, scheme)
    faults = {name: page.evaluate("name => faults(name)", name) for name in states}
    if width == SHOWN_WIDTH:
        page.set_viewport_size({"width": 6 * (width + 12) + 16, "height": 1900})
        shoot("states")
    assert {name: found for name, found in faults.items() if found} == {}


def test_the_figures_take_the_place_of_the_skeleton_without_a_jump(
    page: Page, scene: Callable[[str, int, str], list[str]]
) -> None:
    scene("ru", 265, "light")
    assert page.evaluate("heightOf('loading')") == pytest.approx(page.evaluate("heightOf('calm')"), abs=2)


def test_a_redrawn_card_keeps_the_focus_and_its_elements(
    page: Page, scene: Callable[[str, int, str], list[str]]
) -> None:
    scene("ru", 265, "light")
    page.focus("#calm [data-pulse-period=week]")
    kept = page.evaluate("""() => new Promise((resolve) => {
        const root = document.querySelector('#calm .pulse-card');
        const before = document.activeElement;
        require(['/widget/lib/draw.js', '/widget/lib/nodes.js'], (draw, nodes) => {
            const copy = (element) => element.nodeType === 3 ? element.nodeValue : nodes.node(
                element.localName,
                Object.assign({ key: element.pulseKey }, ...Array.from(element.attributes).map((each) => ({
                    [each.name]: each.value }))),
                Array.from(element.childNodes).map(copy));
            const alert = nodes.node('ul', { class: 'pulse-alerts', key: 'alerts' }, ['!']);
            const [top, ...rest] = Array.from(root.childNodes).map(copy);
            draw(root, [top, alert, ...rest]);
            resolve(document.activeElement === before && root.children[1].textContent === '!');
        });
    })""")
    assert kept is True
