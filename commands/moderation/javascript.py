"""Reads JavaScript just far enough to tell code, words and comments apart and to see what stands in a loop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)
    |(?P<pattern>(?<=[(,=:!&|?{};\[])\s*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[dgimsuy]*)""",
    re.VERBOSE | re.DOTALL,
)
_LOOP = re.compile(
    r"\b(?:for|while)\s*(?=\()|\bdo\s*(?=\{)|(?:\.(?:forEach|map|filter|reduce|some|every|each)|\bsetInterval)\s*(?=\()"
)
_CLOSING = {"(": ")", "{": "}"}


def without_comments(text: str) -> str:
    """Return the text with comments turned into spaces; lines stay where they are."""
    return _PIECE.sub(lambda piece: _blank(piece[0]) if piece["comment"] else piece[0], text)


def code_only(text: str) -> str:
    """Return the text with comments, strings and regular expressions turned into spaces."""
    return _PIECE.sub(lambda piece: _blank(piece[0]), text)


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, words) for every line of every comment, without its marks."""
    for piece in _PIECE.finditer(text):
        if not piece["comment"]:
            continue
        first = line_of(text, piece.start())
        for offset, words in enumerate(piece[0].removesuffix("*/").split("\n")):
            yield first + offset, words.strip().lstrip("/*").strip()


def loops(code: str) -> Iterator[tuple[int, str]]:
    """Yield (start, body) of everything that runs again and again in code without comments and strings."""
    for loop in _LOOP.finditer(code):
        end = _end(code, loop.end())
        body = code[loop.end() : end]
        after = code[end:].lstrip()
        if loop[0].startswith(("for", "while")) and after.startswith("{"):
            opening = code.index("{", end)
            body += code[opening : _end(code, opening)]
        elif loop[0].startswith(("for", "while")):
            body += after.split(";", 1)[0]
        yield loop.start(), body


def line_of(text: str, position: int) -> int:
    """Return the line, from 1, in which the position stands."""
    return text.count("\n", 0, position) + 1


def _end(code: str, opening: int) -> int:
    mark = code[opening]
    depth = 0
    for position in range(opening, len(code)):
        if code[position] == mark:
            depth += 1
        elif code[position] == _CLOSING[mark]:
            depth -= 1
            if depth == 0:
                return position + 1
    return len(code)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
