"""A real Chromium for every test of this folder. Pictures go to the git-ignored `artifacts/`."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from commands.frontend import install_libraries
from tests.browser.stage import Stage, open_stage
from tests.simulator.ui import archives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

ARTIFACTS = Path(__file__).resolve().parents[2] / "artifacts"
WAIT_MS = 5_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Absent: the tests are skipped, or fail when REQUIRE_BROWSER=1.

    Started once for each file: while it runs, Playwright keeps an event loop in this thread, which tests of other
    rooms could not bear.
    """
    installed = shutil.which("chromium")
    if installed is None:
        words = "NO BROWSER: there is no chromium; `python3 run.py setup-browser` installs it"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(words)
    install_libraries()
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container or root does not have.
        chromium = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1440 by 900 without cookies; a test fails when the page's own scripts threw."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(WAIT_MS)
    fresh = context.new_page()
    thrown: list[str] = []
    fresh.on("pageerror", lambda error: thrown.append(str(error)))
    yield fresh
    context.close()
    assert thrown == []


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The simulator's page with the dummy widget, installed."""
    with open_stage(tmp_path, archives.files()) as opened:
        yield opened


@pytest.fixture
def shoot(page: Page, request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Save a picture of the page: `shoot("light")` writes artifacts/<test>-light.png and returns its path."""

    def save(name: str) -> Path:
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{re.sub(r'[^a-z0-9]+', '-', request.node.name.removeprefix('test_'))}-{name}.png"
        page.screenshot(path=path)
        return path

    return save
