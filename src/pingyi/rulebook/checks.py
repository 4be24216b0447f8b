"""What must hold between the clauses of a scheme, beyond each being well formed by itself."""

import datetime
import string
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import get_args

import msgspec

from pingyi.rulebook.levels import Level
from pingyi.rulebook.mistakes import Said, have, nearly, said
from pingyi.rulebook.model import Condition, Duty, Grade, Scheme
from pingyi.rulebook.model import Found as FoundKind

Found = tuple[tuple[str, ...], str | None, Said]
"""A mistake: the place of its clause, the key it is about, and what is wrong."""


def mistakes(scheme: Scheme) -> Iterator[Found]:
    """Every mistake in a scheme whose clauses are each well formed."""
    unbounded = list(_not_numbers(scheme, ()))
    if unbounded:
        yield from unbounded
        return
    yield from _season(scheme)
    yield from _levels(scheme)
    yield from _components(scheme)
    yield from _groups(scheme)
    yield from _weights(scheme)
    yield from _events(scheme)
    yield from _points(scheme)
    yield from _missing(scheme)
    yield from _grades(scheme)
    yield from _honours(scheme)
    yield from _consequences(scheme)
    yield from _panels(scheme)
    yield from _duties(scheme)
    yield from _clocks(scheme)
    yield from _escalations(scheme)


def _not_numbers(value: object, place: tuple[str, ...]) -> Iterator[Found]:
    """TOML knows inf and nan; no rule does. Nor numbers that would take an age to add up."""
    if isinstance(value, Decimal) and not (value.is_finite() and _sober(value)):
        text = _BOUNDS if value.is_finite() else _NO_NUMBER
        yield place[:2], place[2] if len(place) > 2 else None, text.of(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _not_numbers(inner, (*place, key))
    elif isinstance(value, msgspec.Struct):
        for key in value.__struct_fields__:
            yield from _not_numbers(getattr(value, key), (*place, key))
    elif isinstance(value, tuple):
        for inner in value:
            yield from _not_numbers(inner, place)


def _sober(value: Decimal) -> bool:
    return value.adjusted() <= _DIGITS and int(value.as_tuple().exponent) >= -_DIGITS


_DIGITS = 12
_NO_NUMBER = Said("{0} is not a number", "{0} 不是数")
_BOUNDS = Said(
    "{0} is beyond what points can be: at most 12 digits before or after the point",
    "{0} 超出分数的范围：小数点前后最多各 12 位",
)


PAUSED = ("handle_simple", "handle_complex", "verify", "referral", "rectify", "duty", "apology")
"""The clocks that may stand still: of unit, office and inspectors on a case, items, duties."""
EXTENDED = (*PAUSED, "letter_reply")
"""The clocks that may run longer: a reply to a letter too."""
NO_PAUSE = Said("`{0}` cannot be paused; these can: {1}", "`{0}` 不能暂停；能暂停的有：{1}")
NO_EXTENSION = Said("`{0}` cannot be extended; these can: {1}", "`{0}` 不能延期；能延期的有：{1}")


def _clocks(scheme: Scheme) -> Iterator[Found]:
    for name, rule in scheme.clocks.items():
        if rule.may_pause and name not in PAUSED:
            yield ("clocks", name), "may_pause", NO_PAUSE.of(name, ", ".join(PAUSED))
        if rule.tries and name != "call_back":
            text = said(
                "`{0}` has no calls; only `call_back` has",
                "`{0}` 不计拨打次数，只有 `call_back` 计",
                name,
            )
            yield ("clocks", name), "tries", text
        if rule.extensions and name not in EXTENDED:
            yield ("clocks", name), "extensions", NO_EXTENSION.of(name, ", ".join(EXTENDED))
        elif rule.extensions and rule.unit != "working_days":
            yield (
                ("clocks", name),
                "extensions",
                said("only a clock of working days is extended", "只有按工作日计的时限才能延长"),
            )


def _season(scheme: Scheme) -> Iterator[Found]:
    for key in ("starts", "ends"):
        day = getattr(scheme.season, key)
        try:
            datetime.date.fromisoformat(f"2024-{day}")
        except ValueError:
            yield ("season",), key, said("the year has no day {0}", "一年里没有 {0} 这一天", day)


def _levels(scheme: Scheme) -> Iterator[Found]:
    yield from _repeated(("scale",), "shown", scheme.scale.shown)
    yield from _repeated(("rate",), "satisfied", scheme.rate.satisfied)
    yield from _repeated(("ties",), "keys", scheme.ties.keys)
    if len({level.is_bad for level in scheme.scale.shown}) == 1:
        text = said(
            "needs a level that is a bad rating, and one that is none",
            "要有算差评的档次，也要有不算差评的档次",
        )
        yield ("scale",), "shown", text
    for level in Level:
        if level not in scheme.labels:
            text = said("no words are given for the level `{0}`", "没有写档次 `{0}` 的名称", level)
            yield ("labels",), None, text
    for level in scheme.rate.satisfied:
        if level.is_bad:
            text = said(
                "`{0}` is a bad rating and cannot count as satisfied",
                "`{0}` 是差评，不能算作满意",
                level,
            )
            yield ("rate",), "satisfied", text
    for code in scheme.reasons_by_code:
        if not (len(code) == 3 and code.isascii() and code.isdigit() and "1" <= code[0] <= "5"):
            text = said(
                "a reason's code has three digits, the first 1 to 5",
                "原因编码为三位数字，首位 1 至 5",
            )
            yield ("reasons", code), None, text
    for level in scheme.levels:
        for series in scheme.labels[level].reasons if level in scheme.labels else ():
            if not any(code.startswith(str(series)) for code in scheme.reasons_by_code):
                text = said("there are no reasons {0}xx", "没有 {0}xx 系列的原因", series)
                yield ("labels", level), "reasons", text


def _components(scheme: Scheme) -> Iterator[Found]:
    for component in scheme.components.values():
        place = ("components", component.id)
        inputs = (bool(component.channels), component.all_channels, component.measured)
        if inputs.count(True) != 1:
            text = said(
                "needs one of `channels`, `all_channels = true`, `measured = true`",
                "须在 `channels`、`all_channels = true`、`measured = true` 中写一项，且只写一项",
            )
            yield place, None, text
        yield from _repeated(place, "channels", component.channels)
        if not any(component.id in scheme.weights(group) for group in scheme.groups):
            yield place, None, said("no group gives it a weight", "没有一组给它权重")
        if component.id in OWN_LINES:
            yield place, None, _RESERVED.of(component.id)
        if component.id in scheme.points:
            text = said(
                "the same id as [points.{0}]: lines could not be told apart",
                "与 [points.{0}] 同名：得分明细会分不清",
                component.id,
            )
            yield place, None, text


OWN_LINES = ("base", "floor", "ceiling")
"""Clauses whose one line of points cites them by these ids."""

_RESERVED = Said(
    "the id `{0}` belongs to [{0}]: lines could not be told apart; give it another",
    "`{0}` 是 [{0}] 专用的名字，得分明细会分不清：请另取一个",
)


def _groups(scheme: Scheme) -> Iterator[Found]:
    """What people call them tells groups apart: on pages, and as sheets of a file."""
    for key in ("zh", "en"):
        known: dict[str, str] = {}
        for group in scheme.groups.values():
            name = getattr(group, key)
            if name in known:
                text = said(
                    "is called `{0}`, as the group `{1}` is",
                    "也叫 `{0}`，与组 `{1}` 相同",
                    name,
                    known[name],
                )
                yield ("groups", group.id), key, text
            known[name] = group.id


def _weights(scheme: Scheme) -> Iterator[Found]:
    base = scheme.base.points if scheme.base else Decimal()
    for group in scheme.groups.values():
        place, at = ("groups", group.id), "weights"
        weights = scheme.weights(group.id)
        for name, weight in weights.items():
            if name not in scheme.components:
                yield place, at, _absent("component", "组成部分", name, scheme.components)
            if weight <= 0:
                text = said(
                    "the weight of `{0}` must be above 0, not {1}",
                    "`{0}` 的权重须大于 0，不能是 {1}",
                    name,
                    weight,
                )
                yield place, at, text
        total = sum(weights.values(), base)
        if total != scheme.full_marks:
            parts = " + ".join(map(str, [*([base] if base else []), *weights.values()])) or "0"
            text = said(
                "weights do not add up: {0} = {1}, but full_marks is {2}",
                "权重之和不对：{0} = {1}，而满分 full_marks 为 {2}",
                parts,
                total,
                scheme.full_marks,
            )
            yield place, at, text


VERIFIED = "rating.verified"
KINDS = (VERIFIED, *get_args(FoundKind))
"""The kinds of event the program brings itself; a scheme may add others."""
_ALIKE = 0.8
"""From here on another kind is one of these misspelt."""


def _events(scheme: Scheme) -> Iterator[Found]:
    for section in ("points", "vetoes"):
        for clause in getattr(scheme, section).values():
            near = nearly(clause.event, KINDS, _ALIKE)
            if near and clause.event not in KINDS:
                text = said(
                    "no event is of the kind `{0}`{1}", "没有 `{0}` 这种事件{1}", clause.event, near
                )
                yield (section, clause.id), "event", text
    costly = next((one.id for one in scheme.points.values() if one.event == VERIFIED), None)
    if costly and scheme.verdicts is None:
        text = said(
            "is missing: [points.{0}] counts verified bad ratings, and nothing says which verdicts"
            " those are",
            "缺这一节：[points.{0}] 按查实的差评计分，却没有写哪些认定算数",
            costly,
        )
        yield ("verdicts",), None, text


def _points(scheme: Scheme) -> Iterator[Found]:
    for clause in scheme.points.values():
        place = ("points", clause.id)
        if clause.id in OWN_LINES:
            yield place, None, _RESERVED.of(clause.id)
        if clause.as_approved == (clause.each is not None):
            text = said(
                "needs either `each` or `as_approved = true`",
                "须写 `each` 或 `as_approved = true`，二者取一",
            )
            yield place, "each", text
        if clause.as_approved and clause.steps:
            text = said("points as approved have no steps", "按批准计的分不分档")
            yield place, "steps", text
        numbers = [step.nth for step in clause.steps]
        if numbers != sorted(set(numbers)):
            text = said(
                "steps must rise: each `nth` above the one before",
                "各档须递增：每个 `nth` 大于前一个",
            )
            yield place, "steps", text
        if clause.cap == 0:
            text = said("a cap of 0 would leave no points at all", "封顶为 0，就没有分可计了")
            yield place, "cap", text
    if scheme.floor and scheme.ceiling and scheme.floor.points >= scheme.ceiling.points:
        text = said("is not below the ceiling of {0}", "不低于上限 {0}", scheme.ceiling.points)
        yield ("floor",), "points", text


def _missing(scheme: Scheme) -> Iterator[Found]:
    rule = scheme.missing
    if (rule.rule == "neutral") != (rule.neutral is not None):
        text = said(
            '`neutral` belongs to `rule = "neutral"`, and only there',
            '`neutral` 与 `rule = "neutral"` 须同时写，缺一不可',
        )
        yield ("missing",), "neutral", text
    elif rule.neutral is not None and not 0 <= rule.neutral <= 100:
        text = said("{0} per cent is outside 0 to 100", "{0}% 不在 0 至 100 之间", rule.neutral)
        yield ("missing",), "neutral", text


def _grades(scheme: Scheme) -> Iterator[Found]:
    grades = list(scheme.grades.values())
    for grade in grades:
        low, high = grade.at_least, grade.below
        if low is None and high is None:
            text = said("needs `at_least`, `below` or both", "须写 `at_least`、`below` 之一或两者")
            yield ("grades", grade.id), None, text
        elif low is not None and high is not None and low >= high:
            text = said(
                "no total is at least {0} and below {1}",
                "没有哪个总分既不低于 {0} 又低于 {1}",
                low,
                high,
            )
            yield ("grades", grade.id), "at_least", text
    for one, next_one in pairwise(sorted(grades, key=_lowest)):
        place = ("grades", next_one.id)
        start = next_one.at_least
        if one.below is None or start is None or start < one.below:
            text = said("overlaps the grade `{0}`", "与等次 `{0}` 重叠", one.id)
            yield place, "at_least", text
        elif start > one.below:
            text = said(
                "no grade for totals from {0} to below {1} (after `{2}`)",
                "总分 {0} 以上、不满 {1} 的没有等次（在 `{2}` 之后）",
                one.below,
                start,
                one.id,
            )
            yield place, "at_least", text


def _lowest(grade: Grade) -> tuple[bool, Decimal]:
    return grade.at_least is not None, grade.at_least or Decimal()


def _honours(scheme: Scheme) -> Iterator[Found]:
    for honour in scheme.honours.values():
        place = ("honours", honour.id)
        if honour.number is None and honour.share is None:
            text = said("needs `number`, `share` or both", "须写 `number`、`share` 之一或两者")
            yield place, None, text
        if honour.share is not None and not 0 < honour.share <= 1:
            text = said(
                "a share is above 0 and at most 1, not {0}",
                "比例须大于 0、不超过 1，不能是 {0}",
                honour.share,
            )
            yield place, "share", text
        if honour.grade is not None and honour.grade not in scheme.grades:
            yield place, "grade", _absent("grade", "等次", honour.grade, scheme.grades)


WHATS = (
    *get_args(Duty),
    "named",
    "head_accountable",
    "parent_loses_points",
    "parent_examined",
    "head_replaced",
)
"""What the program has words for; a scheme may have others, told by the clause's own text."""


def _consequences(scheme: Scheme) -> Iterator[Found]:
    for rule in scheme.consequences.values():
        place = ("consequences", rule.id)
        near = nearly(rule.what, WHATS, _ALIKE)
        if near and rule.what not in WHATS:
            text = said("nothing is called `{0}`{1}", "没有名为 `{0}` 的措施{1}", rule.what, near)
            yield place, "what", text
        yield from _condition(place, "when", rule.when, scheme)
        if rule.before is not None:
            yield from _condition(place, "before", rule.before, scheme)
        elif rule.growth_below is not None:
            text = said(
                "growth needs a condition `before` on the season before",
                "写了增长，就要用 `before` 写明对上一年度的条件",
            )
            yield place, "growth_below", text
        try:
            parts = [part for part in string.Formatter().parse(rule.why) if part[1] is not None]
        except ValueError as error:
            text = said("a brace has no partner: {0}", "花括号不成对：{0}", error)
            yield place, "why", text
            continue
        used = {name or "" for _, name, _, _ in parts}
        if any(form or conversion for _, _, form, conversion in parts):
            yield place, "why", _BRACES.of()
        known = {"season"} if rule.before is None else {"season", "before"}
        for name in sorted(used - known):
            text = said(
                "{{{0}}} means nothing here; there is {1}",
                "{{{0}}} 在此没有意义；可用 {1}",
                name,
                ", ".join(sorted(known)),
            )
            yield place, "why", text


_BRACES = Said("a name in braces stands alone, as {{season}}", "花括号里只写名字，如 {{season}}")


def _panels(scheme: Scheme) -> Iterator[Found]:
    sections = {name: getattr(scheme, name) for name in ("panels", "dimensions", "ballot_marks")}
    if not any(sections.values()):
        return
    for name, clauses in sections.items():
        if not clauses:
            text = said(
                "is missing: a mass rating needs panels, dimensions, ballot_marks",
                "缺这一节：集中测评要有 panels、dimensions、ballot_marks",
            )
            yield (name,), None, text
    for name in ("panels", "dimensions"):
        for part in sections[name].values():
            if part.weight <= 0:
                text = said("must be above 0, not {0}", "须大于 0，不能是 {0}", part.weight)
                yield (name, part.id), "weight", text
    for level in Level:
        if scheme.ballot_marks and level not in scheme.ballot_marks:
            text = said("says nothing of the level `{0}`", "没有写档次 `{0}`", level)
            yield ("ballot_marks",), None, text
    for mark in scheme.ballot_marks.values():
        place = ("ballot_marks", mark.id)
        if mark.id not in list(Level):
            yield place, None, said("no level is called `{0}`", "没有名为 `{0}` 的档次", mark.id)
        if not 0 <= mark.points <= 100:
            text = said("{0} is outside 0 to 100", "{0} 不在 0 至 100 之间", mark.points)
            yield place, "points", text


def _duties(scheme: Scheme) -> Iterator[Found]:
    yield from _told_apart(scheme)
    rungs: set[tuple[int, int]] = set()
    for rung in scheme.ladder.values():
        if (rung.complaints, rung.within_years) in rungs:
            text = said("two rungs begin at the same number", "有两级从同一次数开始")
            yield ("ladder", rung.id), "complaints", text
        rungs.add((rung.complaints, rung.within_years))
    for rule in scheme.apologies.values():
        if (rule.complaints is None) == (not rule.findings):
            text = said(
                "needs either `complaints` or `findings`",
                "须写 `complaints` 或 `findings`，二者取一",
            )
            yield ("apologies", rule.id), None, text
        if rule.complaints is not None and rule.complaints < rule.units:
            n = rule.units
            text = said(f"{n} units have {n} complaints at least", f"{n} 个单位至少有 {n} 宗投诉")
            yield ("apologies", rule.id), "complaints", text
    yield from _explanations(scheme)
    yield from _commendations(scheme)


def _commendations(scheme: Scheme) -> Iterator[Found]:
    for praise in scheme.commendations.values():
        place = ("commendations", praise.id)
        best = (praise.number, praise.min_ratings)
        if praise.of == "units":
            if praise.honour is None or best != (None, None) or praise.public:
                text = said("units need `honour` alone", "单位只按 `honour` 表扬")
                yield place, "honour", text
            elif praise.honour not in scheme.honours:
                yield place, "honour", _absent("honour", "名次", praise.honour, scheme.honours)
        elif praise.honour is not None or None in best:
            text = said(
                "windows and people need `number` and `min_ratings`, and no `honour`",
                "窗口和人员须写 `number` 和 `min_ratings`，不写 `honour`",
            )
            yield place, "number", text


def _explanations(scheme: Scheme) -> Iterator[Found]:
    for rule in scheme.explanations.values():
        place = ("explanations", rule.id)
        if not (rule.clocks or rule.reasons):
            text = said("needs `clocks`, `reasons` or both", "须写 `clocks`、`reasons` 之一或两者")
            yield place, None, text
        yield from _repeated(place, "clocks", rule.clocks)
        yield from _repeated(place, "reasons", rule.reasons)
        for code in dict.fromkeys(rule.reasons):
            if code not in scheme.reasons_by_code:
                yield place, "reasons", _absent("reason", "原因", code, ())
        for clock in dict.fromkeys(rule.clocks):
            if clock not in OF_UNITS:
                text = said(
                    "`{0}` is no clock of a unit's own{1}",
                    "`{0}` 不是单位自己的时限{1}",
                    clock,
                    have(OF_UNITS),
                )
                yield place, "clocks", text
            elif clock not in scheme.clocks:
                yield place, "clocks", _absent("clock", "时限", clock, scheme.clocks)


PROPOSING = ("consequences", "bulletins", "commendations", "ladder", "apologies", "explanations")


def _told_apart(scheme: Scheme) -> Iterator[Found]:
    """What is proposed cites its clause by id alone."""
    known: dict[str, str] = {}
    for section in PROPOSING:
        for name in getattr(scheme, section):
            if name in known:
                text = said(
                    "the same id as [{0}.{1}]: proposals could not be told apart",
                    "与 [{0}.{1}] 同名：所提的建议会分不清",
                    known[name],
                    name,
                )
                yield (section, name), None, text
            known.setdefault(name, section)


OF_CASES = (
    "sort",
    "call_back",
    "acknowledge",
    "handle_simple",
    "handle_complex",
    "referral",
    "verify",
    "reply",
    "appeal_review",
    "look_back_first",
    "look_back_second",
)
"""The clocks that run on a case and that somebody in office must meet."""
OF_UNITS = ("acknowledge", "handle_simple", "handle_complex")
"""Those of them that the unit must meet to which the case was dispatched."""
OF_DUTIES = ("duty", "apology", "explanation")
ESCALATED = (*OF_CASES, "rectify", "letter_acknowledge", "letter_reply", *OF_DUTIES)
"""The clocks that escalate: of cases, rectification items, letters and duties."""


def _escalations(scheme: Scheme) -> Iterator[Found]:
    told: set[str] = set()
    for rule in scheme.escalations.values():
        place = ("escalations", rule.id)
        yield from _repeated(place, "clocks", rule.clocks)
        for clock in dict.fromkeys(rule.clocks):
            if clock not in ESCALATED:
                text = said(
                    "`{0}` does not escalate{1}", "`{0}` 不逐级提醒{1}", clock, have(ESCALATED)
                )
                yield place, "clocks", text
            elif clock not in scheme.clocks:
                yield place, "clocks", _absent("clock", "时限", clock, scheme.clocks)
            elif clock in told:
                text = said(
                    "another escalation tells of `{0}` already", "已有另一条提醒 `{0}`", clock
                )
                yield place, "clocks", text
            told.add(clock)
        moments = [step.at for step in rule.steps]
        if moments != sorted(moments):
            text = said(
                "steps must be in order: each `at` not below the one before",
                "各步须按先后排：每个 `at` 不小于前一个",
            )
            yield place, "steps", text
        if len(set(rule.steps)) < len(rule.steps):
            yield place, "steps", said("the same step stands twice", "同一步写了两次")


def _condition(
    place: tuple[str, ...], at: str, asked: Condition, scheme: Scheme
) -> Iterator[Found]:
    if asked == Condition():
        text = said(
            "asks nothing: it needs `honour`, `place_from_last` or `grade_not`",
            "没有写条件：须有 `honour`、`place_from_last` 或 `grade_not`",
        )
        yield place, at, text
    if asked.honour is not None and asked.honour not in scheme.honours:
        yield place, at, _absent("honour", "名次", asked.honour, scheme.honours)
    if asked.grade_not is not None and asked.grade_not not in scheme.grades:
        yield place, at, _absent("grade", "等次", asked.grade_not, scheme.grades)


def _repeated(place: tuple[str, ...], at: str, values: tuple[str, ...]) -> Iterator[Found]:
    for value in sorted({str(value) for value in values if values.count(value) > 1}):
        yield place, at, said("names `{0}` twice", "`{0}` 写了两次", value)


def _absent(what: str, in_chinese: str, name: str, known: Collection[str]) -> Said:
    """A clause referred to that is not in the file."""
    return said(
        f"there is no {what} `{{0}}`{{1}}", f"没有{in_chinese} `{{0}}`{{1}}", name, have(known)
    )
