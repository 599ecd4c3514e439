"""Takes the pictures of README and docs from the real thing, so that they stay true."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from commands.demo import a_lead_in_work
from commands.environment import ROOT
from commands.frontend import install_libraries
from commands.stack import Stack, open_stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = ROOT / "docs" / "images"
_CARD = "[data-pulse-figure=won_sum]"


def main(_: list[str]) -> int:
    """Write docs/images/card-light.png and card-dark.png. Returns 1 when there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("There is no chromium: `python3 run.py setup-browser` installs it.\n")
        return 1
    install_libraries()
    FOLDER.mkdir(parents=True, exist_ok=True)
    stack = open_stack("--past-days", "40", "--leads", "250", "--seed", "7")
    try:
        stack.install()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for theme in ("light", "dark"):
                _shoot(browser, stack, theme)
            browser.close()
    finally:
        stack.close()
    return 0


def _shoot(browser: Browser, stack: Stack, theme: str) -> None:
    lead = a_lead_in_work(stack)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    cookies = {"sim_user": str(lead["responsible_user_id"]), "sim_theme": theme}
    context.add_cookies([{"name": name, "value": value, "url": stack.simulator_url} for name, value in cookies.items()])
    page = context.new_page()
    page.goto(f"{stack.simulator_url}/leads/detail/{lead['id']}")
    page.click(".card-widgets__top")
    page.wait_for_selector(_CARD)
    page.wait_for_timeout(1_000)  # the pictures of the column fade in
    page.screenshot(path=FOLDER / f"card-{theme}.png")
    context.close()
