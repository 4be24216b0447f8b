"""Facts and schemes in few words, for the tests of the engine."""

from pathlib import Path
from typing import Any

from pingyi import rulebook
from pingyi.rulebook import Scheme

DEFINITIONS = Path(rulebook.__file__).parent / "definitions"

PLAIN = """
name = "plain"
title = {{ zh = "样例", en = "Plain" }}
dated = 2024-01-01
include = ["{common}/levels.toml", "{common}/reasons.toml"]
full_marks = 100

[season]
zh = "全年。"
source = "测试"
starts = "01-01"
ends = "12-31"

[scale]
zh = "五级。"
source = "测试"
shown = [
    "very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"
]

[rate]
zh = "满意率。"
source = "测试"
satisfied = ["very_satisfied", "satisfied", "basically_satisfied"]
bad_counts = "raw"
defaults = "left_out"
voids = "left_out"

[groups.g]
zh = "组"
en = "Group"
source = "测试"

[components.qr]
zh = "扫码。"
source = "测试"
weight = 60
channels = ["qr"]

[components.mark]
zh = "测评。"
source = "测试"
weight = 40
measured = true

[missing]
zh = "分摊。"
source = "测试"
rule = "redistribute"

[rounding]
zh = "四舍五入。"
source = "测试"
decimals = 2
mode = "half_up"

[ties]
zh = "并列。"
source = "测试"
keys = []
"""


def text(*changes: tuple[str, str], more: str = "") -> str:
    """The plain scheme's text with some words replaced and clauses added."""
    made = PLAIN.format(common=DEFINITIONS / "common")
    for old, new in changes:
        assert old in made, old
        made = made.replace(old, new)
    return made + more


def scheme(folder: Path, *changes: tuple[str, str], more: str = "") -> Scheme:
    """The plain scheme, changed, read from a file in `folder`."""
    path = folder / "plain.toml"
    path.write_text(text(*changes, more=more), encoding="utf-8")
    return rulebook.load(path)


def facts(**tables: Any) -> dict[str, Any]:
    """A FACTS.json of one unit U in one group, and the given tables."""
    return {"season": "2024", "units": [{"code": "U", "group": "g"}], **tables}
