"""The deadlines a citizen is promised, in her words, as the scheme publishes them."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext, ngettext

from pingyi.rulebook import ClockRule, Scheme


class Promise(NamedTuple):
    """A clock: its name in the scheme, how long, and what happens within it."""

    name: str
    length: str
    what: str


def clocks(scheme: Scheme) -> list[Promise]:
    """The promises of a scheme that concern her, in the order in which they come."""
    what = {
        "sort": gettext("差评分拣"),
        "call_back": gettext("专人回访"),
        "verify": gettext("核查认定"),
        "re_judge": gettext("答复后您可再评"),
    }
    return [
        Promise(name, length(scheme.clocks[name]), words)
        for name, words in what.items()
        if name in scheme.clocks
    ]


def length(rule: ClockRule) -> str:
    """`24 小时内`, `2 日内`, `7 个工作日内`."""
    count = rule.amount
    match rule.unit:
        case "hours":
            return ngettext("%(count)d 小时内", "%(count)d 小时内", count) % {"count": count}
        case "days":
            return ngettext("%(count)d 日内", "%(count)d 日内", count) % {"count": count}
        case _:
            text = ngettext("%(count)d 个工作日内", "%(count)d 个工作日内", count)
            return text % {"count": count}
