"""Rules for the scripts: https://www.amocrm.ru/developers/content/integrations/requirements, part 3.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from commands.moderation.archive import Archive, Finding
from commands.moderation.javascript import code_only, comments, line_of, loops, without_comments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_LINE = 160

# Looked for in code alone, without strings and comments.
_IN_CODE = (
    (
        re.compile(r"\bconsole\s*\.\s*(?!debug\b|trace\b)\w+"),
        "only console.debug may stay, and console.trace in a catch",
    ),
    (re.compile(r"(?<![\w.$])(?:window\s*\.\s*)?eval\s*\("), "eval runs text as code"),
    (re.compile(r"\bnew\s+Function\b"), "new Function runs text as code"),
    (
        re.compile(r"(?<![\w.$])(?:window\s*\.\s*)?(?:alert|confirm|prompt)\s*\("),
        "alert, confirm and prompt stop the page",
    ),
    (re.compile(r"\basync\s*:\s*(?:false|!1)\b"), "a synchronous request stops the page"),
    (re.compile(r"\bimport\s*\(|\bimportScripts\s*\("), "dependencies come through define only"),
    (re.compile(r"\.\s*(?:innerHTML|outerHTML)\s*\+?=(?!=)"), "words must not become markup"),
    (re.compile(r"\.\s*insertAdjacentHTML\s*\(|\bdocument\s*\.\s*write(?:ln)?\s*\("), "words must not become markup"),
    (
        re.compile(r"(?:\b(?:APP|AMOCRM)\b(?:\s*\.\s*\w+|\s*\[[^\]]*\])*)\s*(?:[-+*/%|&^]?=(?!=)|\+\+|--)"),
        "APP and AMOCRM are for reading",
    ),
    (re.compile(r"\bdelete\s+(?:window\s*\.\s*)?(?:APP|AMOCRM)\b"), "APP and AMOCRM are for reading"),
    (re.compile(r"\bdebugger\b"), "debugging code"),
)

# Looked for in strings as well.
_IN_STRINGS = (
    (
        re.compile(r"createElement\s*\(\s*['\"]script|<script|getScript\s*\(", re.IGNORECASE),
        "a script tag is put into the page",
    ),
    (re.compile(r"['\"](?:https?:)?//[^'\"\s]+\.js\b"), "a script is taken from elsewhere"),
    (re.compile(r"\b(?:setTimeout|setInterval)\s*\(\s*['\"]"), "a timer runs text as code"),
    (re.compile(r"\.open\s*\(\s*['\"][A-Z]+['\"]\s*,[^)]*,\s*false\s*[,)]"), "a synchronous request stops the page"),
)

_REQUEST = re.compile(
    r"\$authorizedAjax\b|\bcrm_post\b|\$\s*\.\s*(?:ajax|get|post|getJSON)\s*\(|\bfetch\s*\(|\bXMLHttpRequest\b"
)
_TRACE = re.compile(r"\bconsole\s*\.\s*trace\b")
_CATCH = re.compile(r"\bcatch\b")
_LOOKS_LIKE_CODE = re.compile(
    r"^(?:(?:var|let|const|return|if|else|for|while|function|throw|import|export)\b.*[;{(=]|[\w$.\[\]]+\s*(?:\(.*\)|[-+*/]?=\s*\S.*);?$|.*[;{}]$)"
)


def forbidden_words_are_absent(archive: Archive) -> Iterator[Finding]:
    """Nothing runs text as code, stops the page, fetches foreign scripts, makes markup of words or writes to APP."""
    for name, text in archive.scripts.items():
        for patterns, searched in ((_IN_CODE, code_only(text)), (_IN_STRINGS, without_comments(text))):
            for pattern, words in patterns:
                for match in pattern.finditer(searched):
                    yield Finding(name, line_of(text, match.start()), words)


def traces_stand_in_catches(archive: Archive) -> Iterator[Finding]:
    """`console.trace` tells of a failure only: it stands behind a catch, within the same few lines."""
    for name, text in archive.scripts.items():
        code = code_only(text)
        for match in _TRACE.finditer(code):
            before = "\n".join(code[: match.start()].split("\n")[-4:])
            if not _CATCH.search(before):
                yield Finding(name, line_of(text, match.start()), "console.trace stands outside of a catch")


def requests_stand_outside_loops(archive: Archive) -> Iterator[Finding]:
    """No request is made in a loop or by a repeating timer."""
    for name, text in archive.scripts.items():
        for start, body in loops(code_only(text)):
            if _REQUEST.search(body):
                yield Finding(name, line_of(text, start), "a request is made again and again in a loop")


def code_can_be_read(archive: Archive) -> Iterator[Finding]:
    """Scripts are not minified and declare their variables."""
    for name, text in archive.scripts.items():
        for number, line in enumerate(text.split("\n"), start=1):
            if len(line) > LONGEST_LINE:
                yield Finding(name, number, f"a line of {len(line)} characters; minified code is refused")
        if "'use strict'" not in text and '"use strict"' not in text:
            yield Finding(name, 0, "is not strict: an undeclared variable would become global")


def comments_explain(archive: Archive) -> Iterator[Finding]:
    """Comments hold words, not code that was switched off."""
    for name, text in archive.scripts.items():
        for line, words in comments(text):
            if not words.startswith("@") and _LOOKS_LIKE_CODE.match(words):
                yield Finding(name, line, f"code was commented out: {words}")


RULES: tuple[Callable[[Archive], Iterator[Finding]], ...] = (
    forbidden_words_are_absent,
    traces_stand_in_catches,
    requests_stand_outside_loops,
    code_can_be_read,
    comments_explain,
)
