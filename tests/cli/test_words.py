"""Every word that the command line may need is there, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

from commands.environment import ROOT
from integration.cli import words
from integration.store.accounts import State
from integration.sync.legs import PLAN

ROOM = Path(words.__file__).parents[1]


def flat(tree, name=""):
    if isinstance(tree, str):
        return {name: tree}
    found = {}
    for key, value in tree.items():
        found |= flat(value, f"{name}.{key}".lstrip("."))
    return found


RU, EN = (flat(json.loads((ROOM / "words" / f"{lang}.json").read_text(encoding="utf-8"))) for lang in ("ru", "en"))


def test_both_languages_say_the_same_things_with_the_same_facts():
    assert RU.keys() == EN.keys()
    for key, text in RU.items():
        assert set(re.findall(r"\{(\w+)", text)) == set(re.findall(r"\{(\w+)", EN[key])), key


def test_every_finding_of_a_check_has_words():
    for path in (ROOM / "checks").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        for check in re.findall(r'(?:Finding|measured|_age)\((?:ctx, )?"(\w+)"', source):
            assert f"doctor.{check}.title" in RU, check


def test_every_state_is_said_as_the_web_says_it():
    for language in ("ru", "en"):
        for state in State:
            assert words.say(language, f"states.{state}.title")
            assert words.say(language, f"states.{state}.text")


def test_every_kind_of_rows_that_a_full_pass_reads_has_a_name():
    assert {f"kinds.{leg.kind}" for leg in PLAN} <= RU.keys()


def test_the_widget_names_them_too_but_for_the_trash():
    kinds = {leg.kind.rpartition("/")[2] for leg in PLAN} - {"trash"}
    for language in ("ru", "en"):
        texts = json.loads((ROOT / "widget" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
        assert kinds <= texts["importing"]["kind"].keys()
