"""A letter's body: plain lines whose level is told by how they begin (GB/T 9704-2012, 7.3.3).

一、…    first level, heading in 黑体
（一）…  second level, heading in 楷体
1.…      third and fourth level, as the text
（1）…

Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HAN = "[一二三四五六七八九十百]{1,4}"
_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(f"{_HAN}、")),
    (2, re.compile(f"[（(]{_HAN}[）)]")),
    (3, re.compile(r"[0-9]{1,2}[.．](?![0-9])")),
    (4, re.compile(r"[（(][0-9]{1,2}[）)]")),
)
_HEADED = (1, 2)
_INDENT = " \t　"


class Paragraph(NamedTuple):
    """One line of the body. `heading` is set in the face of its `level` (0 for plain text), `text`
    runs on after it."""

    level: int
    heading: str
    text: str


def paragraphs(body: str) -> list[Paragraph]:
    """The body's lines; blank ones and indents are the layout's business, so they are dropped."""
    lines = (line.strip(_INDENT) for line in body.splitlines())
    return [_paragraph(line) for line in lines if line]


def _paragraph(line: str) -> Paragraph:
    for level, mark in _LEVELS:
        found = mark.match(line)
        if found:
            line = _full_width(found[0]) + line[found.end() :].lstrip(_INDENT)
            if level in _HEADED:
                return Paragraph(level, *_headed(line))
            return Paragraph(level, "", line)
    return Paragraph(0, "", line)


def _full_width(mark: str) -> str:
    """The mark as the standard writes it: （一）, 1."""
    return mark.replace("(", "（").replace(")", "）").replace("．", ".")


def _headed(line: str) -> tuple[str, str]:
    """The heading is the first sentence where more follows on its line, else the whole line."""
    heading, stop, text = line.partition("。")
    return heading + stop, text
