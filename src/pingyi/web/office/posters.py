"""Posters with a point's code, as SVG in millimetres: exact on paper, whatever prints them.

A card is drawn once, in the proportions of A4, and scaled: one, four or nine to a page. Chinese
characters are one em wide in every font; other text is measured with caution.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import segno
from django.utils.html import escape

WIDTH, HEIGHT = 210, 297
LAYOUTS = {1: 1, 4: 2, 9: 3}
"""Cards on a page, and how many stand side by side."""

_QUIET = 4
_MARGIN = 15
_INNER = WIDTH - 2 * _MARGIN
_RIVER, _INK, _SOFT = "#1d5fa7", "#1c2530", "#55606e"
_FONT = "PingFang SC, Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True)
class Card:
    """What stands on a poster. `address` is what the code opens."""

    unit: str
    point: str
    code: str
    address: str


def qr_svg(address: str) -> str:
    """The code alone, with its quiet zone: for a city's own designs."""
    size, path = _qr(address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}" stroke="#000" fill="none"/></svg>'
    )


def card_svg(card: Card) -> str:
    """One poster as a file of its own, A4."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{_FONT}">{_drawn(card)}</svg>'
    )


def pages(cards: Iterable[Card], *, per_page: int) -> Iterator[str]:
    """A4 pages of 1, 4 or 9 cards, with marks to cut along."""
    side = LAYOUTS[per_page]
    page: list[Card] = []
    for card in cards:
        page.append(card)
        if len(page) == per_page:
            yield _page(page, side)
            page = []
    if page:
        yield _page(page, side)


def _page(cards: list[Card], side: int) -> str:
    width, height = WIDTH / side, HEIGHT / side
    placed = [
        f'<g transform="translate({place % side * width:g} {place // side * height:g}) '
        f'scale({1 / side:.6g})">{_drawn(card)}</g>'
        for place, card in enumerate(cards)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sheet" role="img" '
        f'aria-label="{escape("、".join(card.point for card in cards))}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{_FONT}">'
        f"{''.join(placed)}{_cut_marks(side)}</svg>"
    )


def _cut_marks(side: int) -> str:
    """Crosses where cuts meet, and ticks at the page's edges."""
    if side == 1:
        return ""
    lines = []
    for x in range(side + 1):
        for y in range(side + 1):
            mx, my = x * WIDTH / side, y * HEIGHT / side
            if 0 < x < side:
                lines.append(f"M{mx:g} {my - 4:g}v8")
            if 0 < y < side:
                lines.append(f"M{mx - 4:g} {my:g}h8")
    return f'<path d="{"".join(lines)}" stroke="#8a94a1" stroke-width=".2" fill="none"/>'


def _drawn(card: Card) -> str:
    size, path = _qr(card.address)
    side = 112
    scale = side / size
    return "".join(
        (
            f'<rect width="{WIDTH}" height="46" fill="{_RIVER}"/>',
            _text("扫一扫，评一评", 22, size=17, fill="#fff", weight="700", spacing=2),
            _text("Scan to rate", 37, size=10, fill="#fff"),
            _block(card.unit, top=52, height=26, largest=10, fill=_INK),
            _block(card.point, top=79, height=30, largest=16, fill=_INK, weight="700"),
            f'<rect x="{(WIDTH - side) / 2 - 2}" y="114" width="{side + 4}" height="{side + 4}" '
            f'rx="3" fill="#fff" stroke="{_RIVER}" stroke-width="1"/>',
            f'<g transform="translate({(WIDTH - side) / 2} 116) scale({scale:.6g})">'
            f'<path d="{path}" stroke="#000" fill="none" shape-rendering="crispEdges"/></g>',
            _text(spoken(card.code), 243, size=11, weight="700", spacing=1, mono=True),
            _text(card.address, 252, size=5.5, fill=_SOFT, mono=True),
            _text("不下载 · 不登录 · 单位不会知道是谁评的", 267, size=7),
            _text("No app, no sign-in. The office never learns who rated.", 275.5, size=5.5),
            _text(
                "请勿遮挡、涂改或更换本码 · Please do not cover or alter this code",
                288,
                size=5,
                fill=_SOFT,
            ),
        )
    )


def spoken(code: str) -> str:
    """A point's code in threes, for reading aloud and typing."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))


def _text(
    text: str,
    y: float,
    *,
    size: float,
    fill: str = _INK,
    weight: str = "400",
    spacing: float = 0,
    mono: bool = False,
) -> str:
    """A centred line, smaller where it would not fit."""
    wide = _ems(text) + spacing / size * len(text) + (0.1 * len(text) if mono else 0)
    size = min(size, _INNER / wide)
    family = ' font-family="ui-monospace, DejaVu Sans Mono, Consolas, monospace"' if mono else ""
    return (
        f'<text x="{WIDTH / 2}" y="{y:g}" text-anchor="middle" font-size="{size:.3g}" '
        f'font-weight="{weight}" fill="{fill}"{family}'
        + (f' letter-spacing="{spacing}"' if spacing else "")
        + f">{escape(text)}</text>"
    )


def _block(
    text: str, *, top: float, height: float, largest: float, fill: str, weight: str = "400"
) -> str:
    """A name on as few lines as keep it large: the longest still fits its place."""
    size, lines = max(
        (_fitted(text, count, height, largest) for count in range(1, 5)), key=lambda fit: fit[0]
    )
    leading = size * 1.25
    first = top + (height - leading * len(lines)) / 2 + size * 0.95
    return "".join(
        _text(line, first + leading * number, size=size, fill=fill, weight=weight)
        for number, line in enumerate(lines)
    )


def _fitted(text: str, count: int, height: float, largest: float) -> tuple[float, list[str]]:
    """(font size, lines) when `text` is set on at most `count` lines."""
    lines = broken(text, count)
    widest = max(map(_ems, lines))
    return min(largest, _INNER / widest, height / (1.25 * len(lines))), lines


def broken(text: str, count: int) -> list[str]:
    """The text on at most `count` lines of about equal width; words stay whole if they can."""
    pieces = _pieces(text)
    target = _ems(text) / count
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and len(lines) < count - 1 and _ems(line) + _ems(piece) / 2 > target:
            lines.append(line.strip())
            line = ""
        line += piece
    lines.append(line.strip())
    return [line for line in lines if line] or [""]


def _pieces(text: str) -> list[str]:
    """What may not be cut: a wide character with what follows closely, or a word."""
    pieces: list[str] = []
    for character in text:
        closes = unicodedata.category(character) in ("Pe", "Pf", "Po", "Mn")
        narrow = not _is_wide(character)
        joins = pieces and (
            closes
            or (
                narrow
                and character != " "
                and not _is_wide(pieces[-1][-1])
                and not pieces[-1].endswith(" ")
                and len(pieces[-1]) < 24
            )
        )
        if joins:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _ems(text: str) -> float:
    """The text's width in ems, rather too much than too little; never nothing."""
    return max(sum(map(_width, text)), 0.1)


def _width(character: str) -> float:
    if _is_wide(character):
        return 1.0
    if character in " ijl.,:;'!|()[]·":
        return 0.36
    if character in "mwMW@%":
        return 0.95
    return 0.72 if character.isupper() else 0.62


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA"


@lru_cache(maxsize=64)
def _qr(address: str) -> tuple[int, str]:
    """(modules along a side with the quiet zone, the dark ones as a path).

    Error correction Q: a quarter of it may be torn or dirty.
    """
    code = segno.make(address, error="q", micro=False, boost_error=False)
    path = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                path.append(f"M{x + _QUIET} {y + _QUIET + 0.5}h{end - x}")
            x = end + 1
    return len(code.matrix) + 2 * _QUIET, "".join(path)
