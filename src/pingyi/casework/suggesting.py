"""Suggestions of a case's kind, each with its why: words in it, and how like ones were sorted.

Pure, and never more than a suggestion: a person sorts. The words are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from pingyi.casework.states import Kind

KEYWORDS: dict[Kind, tuple[str, ...]] = {
    Kind.CONDUCT: (
        *[
            "态度",
            "生硬",
            "骂",
            "吼",
            "推诿",
            "扯皮",
            "不理",
            "没人管",
            "没有人在",
            "无人在岗",
            "不在岗",
            "脱岗",
            "玩手机",
        ],
        *["聊天", "迟到", "早退", "吃拿卡要", "刁难", "红包", "收钱", "脸色", "敷衍"],
    ),
    Kind.PROCESS: (
        *[
            "材料",
            "证明",
            "跑了",
            "多次",
            "来回",
            "流程",
            "手续",
            "超时",
            "拖延",
            "逾期",
            "时限",
            "没有答复",
            "网上办",
        ],
        *["无法在线", "补正", "排队", "取号", "叫号", "预约", "效率", "慢"],
    ),
    Kind.POLICY: ("政策", "规定", "标准", "条件", "资格", "补贴", "待遇", "不合理", "新规", "条例"),
    Kind.FACILITY: (
        *[
            "空调",
            "厕所",
            "停车",
            "座椅",
            "系统",
            "死机",
            "设备",
            "机器",
            "自助机",
            "标识",
            "指示牌",
            "照明",
            "饮水",
            "电梯",
        ],
        *["卫生", "网络", "打印机", "坏了"],
    ),
    Kind.NOT_OURS: ("不归", "别的部门", "其他部门", "不是你们", "隔壁", "走错"),
    Kind.MISTAKEN: ("点错", "误评", "按错", "手滑", "选错", "评错"),
    Kind.MALICIOUS: (),
}
"""What in a text speaks for a kind. For malice nothing does: no word shows an intent."""

LIKE = 0.18
"""From here on two texts count as like each other: the share of pairs of letters they share."""
COMPARED = 400
"""Letters of a text that are compared."""
MOST_WORDS = 4
MOST_LIKE = 5


class Past(NamedTuple):
    """A case sorted before: its number, its kind and its words."""

    number: str
    kind: Kind
    text: str


class Suggestion(NamedTuple):
    """A kind, the words that speak for it, and the like cases that were of it."""

    kind: Kind
    words: tuple[str, ...]
    like: tuple[str, ...]

    @property
    def weight(self) -> int:
        return len(self.words) + 2 * len(self.like)


def suggestions(text: str, past: Sequence[Past] = ()) -> list[Suggestion]:
    """Kinds that something speaks for, what most speaks for first. `text` may hold reasons too."""
    words = {
        kind: tuple(word for word in known if word in text)[:MOST_WORDS]
        for kind, known in KEYWORDS.items()
    }
    like: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for case in most_like(text, past):
        like[case.kind].append(case.number)
    found = [Suggestion(kind, words[kind], tuple(like[kind])) for kind in Kind]
    speaking = [suggestion for suggestion in found if suggestion.weight]
    return sorted(speaking, key=lambda suggestion: -suggestion.weight)


def most_like(text: str, past: Iterable[Past]) -> list[Past]:
    """The past cases whose words are like `text`, the most like first; five at most."""
    mine = _pairs(text)
    scored = [(likeness(mine, _pairs(case.text)), case) for case in past]
    like = [(score, case) for score, case in scored if score >= LIKE]
    like.sort(key=lambda pair: (-pair[0], pair[1].number))
    return [case for _, case in like[:MOST_LIKE]]


def likeness(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """From 0, nothing shared, to 1, the same: shared pairs over all pairs."""
    either = len(mine | theirs)
    return len(mine & theirs) / either if either else 0.0


def _pairs(text: str) -> frozenset[str]:
    """Each two neighbouring letters at the text's beginning; signs and spaces do not count."""
    letters = [letter for letter in text[:COMPARED] if letter.isalnum()]
    return frozenset(first + second for first, second in pairwise(letters))
