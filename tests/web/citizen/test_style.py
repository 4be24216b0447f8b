"""The citizens' colours, measured: WCAG 2.2 AA (1.4.3, 1.4.11)."""

import re

import pytest

from pingyi.web.components import inline_style

TOKENS = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})\b", inline_style.TEXT))
WHITE = "#ffffff"

TEXTS = [
    ("ink", "ground"),
    ("ink", WHITE),
    ("soft", "ground"),
    ("soft", WHITE),
    ("soft", "tint"),
    ("river", "ground"),
    ("river", WHITE),
    ("river", "tint"),
    ("dark", WHITE),
    ("dark", "tint"),
    ("bad", WHITE),
    ("bad", "ground"),
    ("bad", "badtint"),
    (WHITE, "river"),
    (WHITE, "dark"),
]
EDGES = [("edge", WHITE), ("edge", "ground"), ("river", "ground"), ("bad", "ground")]


def luminance(colour: str) -> float:
    digits = TOKENS.get(colour, colour).lstrip("#")
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself():
    assert round(contrast("#000000", WHITE), 1) == 21.0
    assert round(contrast("#777777", WHITE), 2) == 4.48


@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_fields_can_be_seen(edge, ground):
    assert contrast(edge, ground) >= 3


def test_every_colour_is_a_token():
    """Colours stand in :root; besides them only the fallbacks that old browsers need."""
    rules = inline_style.TEXT.split("}", 1)[1]
    used = set(re.findall(r"#[0-9a-f]{3,6}\b", rules))
    assert used <= {*TOKENS.values(), "#fff", "#000"}
