"""A scheme file with a mistake: what is said, of which clause, and on which line."""

import re
from pathlib import Path
from typing import get_args

import pytest

from pingyi import rulebook
from pingyi.accountability.terms import What
from pingyi.rulebook.checks import WHATS
from pingyi.rulebook.model import Found
from pingyi.supervision.kinds import FindingKind
from tests.scoring.building import text

CLAUSE = 'zh = "条"\nsource = "测试"\n'
GROUP = '[groups.g]\nzh = "组"\nen = "Group"\nsource = "测试"\n'


def mistakes(path: Path) -> list[rulebook.Mistake]:
    with pytest.raises(rulebook.SchemeErrors) as refused:
        rulebook.load(path)
    assert str(refused.value) == "\n".join(map(str, refused.value.mistakes))
    return refused.value.mistakes


def written(folder: Path, made: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(made, encoding="utf-8")
    return path


def test_the_scheme_that_the_cases_spoil_is_good(tmp_path: Path) -> None:
    assert rulebook.load(written(tmp_path, text())).name == "plain"
    assert rulebook.load(str(written(tmp_path, "\ufeff" + text()))).title == "样例"


# (what is replaced, by what, the line on which the mistake begins, its clause, what is said)
REPLACED = [
    ('name = "plain"', 'name = "Plain Rules"', 'name = "Plain', "name", "must be made of small"),
    ('name = "plain"', "", None, "name", "is missing"),
    ("full_marks = 100", "full_mark = 100", "full_mark =", "file", "unknown key `full_mark`; did"),
    ("full_marks = 100", 'full_marks = "x"', "full_marks", "full_marks", "must be a number"),
    ("full_marks = 100", "full_marks = nan", "full_marks", "full_marks", "NaN is not a number"),
    ("dated = 2024-01-01", 'dated = "new year"', "dated", "dated", "must be a day of the cal"),
    (
        "dated = 2024-01-01",
        'dated = "2024-02-30"',
        "dated",
        "dated",
        "must be a day of the calendar, written as 2023-03-01",
    ),
    (
        "dated = 2024-01-01",
        "dated = 2024-01-01T08:00:00",
        "dated",
        "dated",
        "must be a date as 2023-03-01, not a date with a time",
    ),
    (
        "decimals = 2",
        "decimals = 7",
        "decimals",
        "rounding",
        "`decimals` must be a whole number, a",
    ),
    ('zh = "全年。"', 'zh = "  "', "zh", "season", "`zh` must not be blank"),
    ('zh = "全年。"', 'zh = "\u3000"', "zh", "season", "`zh` must not be blank"),
    ('zh = "组"', 'zh = ""', "zh", "groups.g", "`zh` must not be blank"),
    (
        '"very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"',
        '"satisfied"',
        "shown",
        "scale",
        "`shown` must have at least 2 entries",
    ),
    ('en = "Plain" }', 'fr = "Uni" }', "title", "title", "unknown key `fr`; known are en, zh"),
    (
        'starts = "01-01"',
        'starts = "1 Jan"',
        "starts",
        "season",
        "`starts` must be a month and a d",
    ),
    ('ends = "12-31"', 'ends = "02-30"', "ends", "season", "the year has no day 02-30"),
    (
        'bad_counts = "raw"',
        'bad_counts = "maybe"',
        "bad_counts",
        "rate",
        "`bad_counts` `maybe` is not a word known here; known are raw, verified",
    ),
    (
        '"satisfied", "basically_satisfied"]',
        '"satisfied", "so_so"]',
        "satisfied = [",
        "rate",
        "`satisfied[2]` `so_so` is not a word known here; known are very_satisfied, satisfied, b",
    ),
    (
        '"satisfied", "basically_satisfied"]',
        '"satisfied", "satisfied", "dissatisfied"]',
        "satisfied = [",
        "rate",
        "`dissatisfied` is a bad rating and cannot count as satisfied",
    ),
    (
        '"satisfied", "basically_satisfied"]',
        '"satisfied", "satisfied"]',
        "satisfied = [",
        "rate",
        "names `satisfied` twice",
    ),
    ("keys = []", 'keys = ["luck"]', "keys", "ties", "`keys[0]` `luck` is not a word known here;"),
    ("keys = []", 'keys = "ratings"', "keys", "ties", "`keys` must be a list, not a text"),
    ("keys = []", 'keys = ["ratings", "ratings"]', "keys", "ties", "names `ratings` twice"),
    ("decimals = 2", "decimals = 2.5", "decimals", "rounding", "`decimals` must be a whole number"),
    ("weight = 60", "weight = 50", "[groups.g]", "groups.g", "weights do not add up: 50 + 40 = 90"),
    (
        "weight = 60",
        "weight = 61",
        "[groups.g]",
        "groups.g",
        "weights do not add up: 61 + 40 = 101",
    ),
    ("weight = 60", "weight = -60", "[groups.g]", "groups.g", "the weight of `qr` must be above 0"),
    ("weight = 60", "", "[components.qr]", "components.qr", "no group gives it a weight"),
    ("weight = 60", "weight = inf", "weight = inf", "components.qr", "Infinity is not a number"),
    ("weight = 60", "wieght = 60", "wieght", "components.qr", "unknown key `wieght`; did you mean"),
    (
        'channels = ["qr"]',
        "",
        "[components.qr]",
        "components.qr",
        "needs one of `channels`, `all_channels = true`, `measured = true`",
    ),
    (
        'channels = ["qr"]',
        'channels = ["qr"]\nmeasured = true',
        "[components.qr]",
        "components.qr",
        "needs one of",
    ),
    ('channels = ["qr"]', 'channels = ["a", "a"]', "channels", "components.qr", "names `a` twice"),
    (
        GROUP,
        GROUP + "weights = { qr = 60, ghost = 40 }\n",
        "weights",
        "groups.g",
        "there is no component `ghost`; there are qr, mark",
    ),
    (
        GROUP,
        GROUP + 'weights = { qr = "many" }\n',
        "weights",
        "groups.g",
        "`weights` must be a num",
    ),
    (GROUP, '[groups]\ng = "x"\n', "g =", "groups.g", "must be a table, not a text"),
    (
        'rule = "redistribute"',
        'rule = "neutral"',
        "[missing]",
        "missing",
        '`neutral` belongs to `rule = "neutral"`, and only there',
    ),
    (
        'rule = "redistribute"',
        'rule = "redistribute"\nneutral = 5',
        "neutral",
        "missing",
        "`neutral` belongs",
    ),
    (
        'rule = "redistribute"',
        'rule = "neutral"\nneutral = 101',
        "neutral",
        "missing",
        "101 per cent is outside 0 to 100",
    ),
    ('zh = "全年。"\n', "", "[season]", "season", "`zh` is missing"),
]


@pytest.mark.parametrize(("old", "new", "line", "clause", "said"), REPLACED)
def test_a_word_replaced(
    tmp_path: Path, old: str, new: str, line: str | None, clause: str, said: str
) -> None:
    path = written(tmp_path, text((old, new)))
    _assert_said(path, line, clause, said)


HANZI = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("spoiled", [(one[0], one[1]) for one in REPLACED])
def test_every_mistake_is_told_in_chinese_too(tmp_path: Path, spoiled: tuple[str, str]) -> None:
    """For the official who wrote the rules: in Chinese, with the names and numbers of the file."""
    _assert_in_both(mistakes(written(tmp_path, text(spoiled))))


def _assert_in_both(found: list[rulebook.Mistake]) -> None:
    for one in found:
        assert HANZI.search(one.zh), one
        assert not re.search(r"[{}]\d|\b(the|must|not)\b", one.zh), one
        assert re.findall(r"`([^`]*)`", one.text) == re.findall(r"`([^`]*)`", one.zh), one
        assert re.findall(r"\d+", one.text) == re.findall(r"\d+", one.zh), one


def added(section: str, *lines: str) -> str:
    return f"\n[{section}]\n{CLAUSE}" + "\n".join(lines) + "\n"


def told(*lines: str) -> str:
    return added("escalations.e", *lines)


CLOCK = added("clocks.sort", "amount = 24", 'unit = "hours"')
TOLD = ('clocks = ["sort"]', "steps = [{ at = 0, to = 'leader' }]")
TOP = added("honours.top", 'end = "top"', "number = 1")
GRADES = added("grades.good", "at_least = 90") + added("grades.bad", "below = 75")

# (clauses added, the line on which the mistake begins, its clause, what is said)
ADDED = [
    ("[colours]\nred = 1\n", "[colours]", "file", "unknown key `colours`; did you mean"),
    (
        '\n[labels.great]\nzh = "x"\nen = "x"\nsource = "x"\n',
        "[labels.great]",
        "labels.great",
        "no level is call",
    ),
    (
        '\n[reasons.99]\nzh = "x"\nen = "x"\nsource = "x"\n',
        "[reasons.99]",
        "reasons.99",
        "a reason's code has three",
    ),
    (
        added("points.p", 'event = "e"'),
        "[points.p]",
        "points.p",
        "needs either `each` or `as_approve",
    ),
    (
        added("points.p", 'event = "e"', "each = 1", "as_approved = true"),
        "each",
        "points.p",
        "needs either `each` or",
    ),
    (
        added("points.p", 'event = "e"', "as_approved = true", "steps = [{ nth = 2, each = 1 }]"),
        "steps",
        "points.p",
        "points as approved have no steps",
    ),
    (
        added(
            "points.p",
            'event = "e"',
            "each = -1",
            "steps = [{ nth = 3, each = -2 }, { nth = 3, each = -1 }]",
        ),
        "steps",
        "points.p",
        "steps must rise",
    ),
    (
        added("points.p", 'event = "e"', "each = -1", "steps = [{ nth = 1, each = -2 }]"),
        "steps",
        "points.p",
        "`steps[0].nth` must be a whole number, at least 2",
    ),
    (
        added("points.p", 'event = "e"', "each = -1", "steps = [{ nth = 2 }]"),
        "steps",
        "points.p",
        "`steps[0]`: `each` is missing",
    ),
    *(
        (
            added(f"{section}.{name}", *lines),
            f"[{section}.{name}]",
            f"{section}.{name}",
            f"the id `{name}` belongs to [{name}]: lines could not be told apart; give it another",
        )
        for name in ("base", "floor", "ceiling")
        for section, lines in (
            ("points", ('event = "e"', "each = 1")),
            ("components", ("weight = 1", "measured = true")),
        )
    ),
    (
        added("apologies.a", 'what = "apologise_in_public"', 'findings = ["exposure", "exposed"]'),
        "findings",
        "apologies.a",
        "`findings[1]` `exposed` is not a word known here; known are monitoring.violation,",
    ),
    (
        added("commendations.a", 'what = "commended"', 'of = "windows"', "number = 3"),
        "number",
        "commendations.a",
        "windows and people need `number` and `min_ratings`, and no `honour`",
    ),
    (
        added("commendations.a", 'what = "commended"', "number = 3"),
        "[commendations.a]",
        "commendations.a",
        "units need `honour` alone",
    ),
    (
        added("explanations.a", 'what = "explain_and_promise"'),
        "[explanations.a]",
        "explanations.a",
        "needs `clocks`, `reasons` or both",
    ),
    (
        added("explanations.a", 'what = "explain_and_promise"', 'clocks = ["reply"]'),
        "clocks",
        "explanations.a",
        "`reply` is no clock of a unit's own",
    ),
    (
        added("explanations.a", 'what = "explain_and_promise"', 'reasons = ["999"]'),
        "reasons",
        "explanations.a",
        "there is no reason `999`",
    ),
    (
        '\n[labels.satisfied]\nzh = "好"\nen = "Good"\n',
        "[labels.satisfied]",
        "labels.satisfied",
        "`source` is missing",
    ),
    (
        '\n[reasons.599]\nzh = "好"\nen = "Good"\nsource = " "\n',
        "source",
        "reasons.599",
        "`source` must not be blank",
    ),
    (added("points.p", 'event = "e"', "each = 1", "cap = 0"), "cap", "points.p", "a cap of 0"),
    (
        GROUP.replace("[groups.g]", "\n[groups.again]"),
        "zh",
        "groups.again",
        "is called `组`, as the group `g` is",
    ),
    (
        added("points.p", 'event = "rating.verifeid"', "each = -3"),
        "event",
        "points.p",
        "no event is of the kind `rating.verifeid`; did you mean `rating.verified`?",
    ),
    (
        added("vetoes.v", 'event = "vetoe"'),
        "event",
        "vetoes.v",
        "no event is of the kind `vetoe`; did you mean `veto`?",
    ),
    (
        added("points.p", 'event = "rating.verified"', "each = -3"),
        None,
        "verdicts",
        "is missing: [points.p] counts verified bad ratings, and nothing says which",
    ),
    (
        added("points.qr", 'event = "e"', "each = 1"),
        "[components.qr]",
        "components.qr",
        "the same id",
    ),
    (
        added("clocks.sort", "amount = 24", 'unit = "hours"', "may_pause = true"),
        "may_pause",
        "clocks.sort",
        "`sort` cannot be paused; these can: handle_simple",
    ),
    (
        added("clocks.letter_reply", "amount = 7", 'unit = "working_days"', "may_pause = true"),
        "may_pause",
        "clocks.letter_reply",
        "`letter_reply` cannot be paused",
    ),
    (
        added("clocks.reply", "amount = 2", 'unit = "working_days"', "tries = 2"),
        "tries",
        "clocks.reply",
        "`reply` has no calls; only `call_back` has",
    ),
    (
        added("clocks.call_back", "amount = 2", 'unit = "days"', "tries = 13"),
        "tries",
        "clocks.call_back",
        "`tries` must be a whole number, at most 12",
    ),
    (
        added("clocks.reply", "amount = 2", 'unit = "working_days"', "extensions = 1"),
        "extensions",
        "clocks.reply",
        "`reply` cannot be extended; these can: handle_simple",
    ),
    (
        added("clocks.referral", "amount = 3", 'unit = "days"', "extensions = 1"),
        "extensions",
        "clocks.referral",
        "only a clock of working days is extended",
    ),
    (
        told('clocks = ["appeal"]', "steps = [{ at = 0, to = 'leader' }]"),
        "clocks",
        "escalations.e",
        "`appeal` does not escalate; there are sort",
    ),
    (
        told('clocks = ["sort"]', "steps = [{ at = 0, to = 'leader' }]"),
        "clocks",
        "escalations.e",
        "there is no clock `sort`",
    ),
    (
        CLOCK + told('clocks = ["sort", "sort"]', "steps = [{ at = 0, to = 'leader' }]"),
        "clocks",
        "escalations.e",
        "names `sort` twice",
    ),
    (
        CLOCK + told(*TOLD) + added("escalations.again", *TOLD),
        "clocks",
        "escalations.again",
        "another escalation tells of `sort` already",
    ),
    (
        CLOCK
        + told('clocks = ["sort"]', "steps = [{ at = 1, to = 'city' }, { at = 0, to = 'leader' }]"),
        "steps",
        "escalations.e",
        "steps must be in order",
    ),
    (
        CLOCK
        + told('clocks = ["sort"]', "steps = [{ at = 0, to = 'city' }, { at = 0, to = 'city' }]"),
        "steps",
        "escalations.e",
        "the same step stands twice",
    ),
    (
        CLOCK + told('clocks = ["sort"]', "steps = [{ at = 0, to = 'mayor' }]"),
        "steps",
        "escalations.e",
        "`steps",
    ),
    (CLOCK + told('clocks = ["sort"]', "steps = []"), "steps", "escalations.e", "`steps"),
    (
        added("floor", "points = 5") + added("ceiling", "points = 5"),
        "points",
        "floor",
        "is not below the ceiling of 5",
    ),
    (
        added("floor", "points = 0", "colour = 1"),
        "colour",
        "floor",
        "unknown key `colour`; known are",
    ),
    (
        added("base", "points = 5"),
        "[groups.g]",
        "groups.g",
        "weights do not add up: 5 + 60 + 40 = 105",
    ),
    (added("grades.g"), "[grades.g]", "grades.g", "needs `at_least`, `below` or both"),
    (
        added("grades.g", "at_least = 5", "below = 5"),
        "at_least",
        "grades.g",
        "no total is at least 5 and below 5",
    ),
    (
        added("grades.good", "at_least = 90") + added("grades.bad", "below = 91"),
        "at_least",
        "grades.good",
        "overlaps the grade `bad`",
    ),
    (
        added("grades.a", "at_least = 80") + added("grades.b", "at_least = 90"),
        "at_least",
        "grades.b",
        "overlaps the grade `a`",
    ),
    (
        added("grades.a", "below = 80") + added("grades.b", "below = 90"),
        "[grades.b]",
        "grades.b",
        "overlaps the grade `a`",
    ),
    (GRADES, "at_least", "grades.good", "no grade for totals from 75 to below 90 (after `bad`)"),
    (
        added("honours.h", 'end = "top"'),
        "[honours.h]",
        "honours.h",
        "needs `number`, `share` or both",
    ),
    (
        added("honours.h", 'end = "top"', "share = 1.5"),
        "share",
        "honours.h",
        "a share is above 0 and at most 1, not 1.5",
    ),
    (
        added("honours.h", 'end = "top"', "number = 1", 'grade = "fine"'),
        "grade",
        "honours.h",
        "there is no grade `fine`",
    ),
    (
        added("honours.h", 'end = "middle"', "number = 1"),
        "end",
        "honours.h",
        "`end` `middle` is not a word known here; known are top, bottom",
    ),
]


@pytest.mark.parametrize(("more", "line", "clause", "said"), ADDED)
def test_a_clause_added(
    tmp_path: Path, more: str, line: str | None, clause: str, said: str
) -> None:
    path = written(tmp_path, text(more=more))
    _assert_said(path, line, clause, said)
    _assert_in_both(mistakes(path))


CONSEQUENCES = [
    ("when = {}", "when", "asks nothing"),
    ('when = { honour = "last" }', "when", "there is no honour `last`; there are top"),
    ('when = { grade_not = "fine" }', "when", "there is no grade `fine`"),
    ('when = { honour = "top" }\nbefore = { honour = "x" }', "before", "there is no honour `x`"),
    ('when = { honour = "top" }\ngrowth_below = 0.05', "growth_below", "growth needs a condition"),
    ('when = { honour = "top", colour = 1 }', "when", "`when` has an unknown key `colour`"),
]


@pytest.mark.parametrize(("asked", "line", "said"), CONSEQUENCES)
def test_a_consequence_that_asks_wrongly(tmp_path: Path, asked: str, line: str, said: str) -> None:
    rule = added("consequences.c", 'what = "x"', 'on = "unit"', asked, 'why = "so"')
    path = written(tmp_path, text(more=TOP + rule))
    _assert_said(path, line, "consequences.c", said)
    _assert_in_both(mistakes(path))


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("in {before}", "{before} means nothing here; there is season"),
        ("in {year}", "{year} means nothing here"),
        ("in {", "a brace has no partner"),
        ("in {}", "{} means nothing here"),
    ],
)
def test_a_reason_with_unknown_words(tmp_path: Path, why: str, said: str) -> None:
    asked = ('what = "x"', 'on = "unit"', 'when = { honour = "top" }', f'why = "{why}"')
    path = written(tmp_path, text(more=TOP + added("consequences.c", *asked)))
    _assert_said(path, "why", "consequences.c", said)


def _assert_said(path: Path, line: str | None, clause: str, said: str) -> None:
    """One of the mistakes is the one expected, on a line that begins so."""
    found = mistakes(path)
    match = [one for one in found if one.clause == clause and one.text.startswith(said)]
    assert match, found
    assert match[0].file == str(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    if line is not None:
        assert lines[match[0].line - 1].startswith(line), (match, lines[match[0].line - 1])


def test_every_mistake_is_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    made = text(
        ("full_marks = 100", "full_marks = true"),
        ('starts = "01-01"', 'starts = "spring"'),
        ("weight = 60", "wieght = 60"),
        ("keys = []", ""),
    )
    assert [one.clause for one in mistakes(written(tmp_path, made))] == [
        "full_marks",
        "season",
        "components.qr",
        "ties",
    ]


def test_files_that_are_no_schemes(tmp_path: Path) -> None:
    (one,) = mistakes(tmp_path / "nowhere.toml")
    assert str(one).endswith("nowhere.toml:1: file: cannot be read: No such file or directory")
    (one,) = mistakes(written(tmp_path, 'name = "x"\ntitle = \n'))
    assert (one.line, one.clause) == (2, "file")
    assert one.text.startswith("is not TOML: no value can be read here")
    (one,) = mistakes(written(tmp_path, 'name = "x"\ntitle = """open\n'))
    assert one.text.startswith("is not TOML")
    path = tmp_path / "mine.toml"
    path.write_bytes(b'name = "x"\nzh = "' + "评议".encode("gb18030"))
    (one,) = mistakes(path)
    assert (one.line, one.text) == (2, "is not UTF-8 text; save it as UTF-8")


# What an official's keyboard and office program make of a file, and what is said of it.
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('zh = "全年。"', "zh = “全年。”", "no value can be read here; texts stand in straight"),
        ('zh = "全年。"', 'zh ＝ "全年。"', "after a name an equals sign must stand, not a full"),
        ('zh = "全年。"', 'zh = "全年。', "a text does not end: its second quote is missing"),
        ('zh = "全年。"', 'zh = "全年。"\nzh = "整年。"', "this name stands here a second time"),
        ('zh = "全年。"', '春季 = "全年。"', "neither `name = value` with a name of letters"),
        ('zh = "全年。"', 'zh = "全年。" 备注', "something is left over after the value"),
        ('zh = "全年。"', "全年。", "neither `name = value`"),
        ('zh = "全年。"', "zh = [", "no value can be read here"),
    ],
)
def test_what_is_no_toml_is_told_in_plain_words(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = written(tmp_path, text((old, new)))
    (one,) = mistakes(path)
    assert one.clause == "season"
    assert one.text.startswith(f"is not TOML: {said}"), one
    assert "TOML" in one.zh


def test_a_table_given_twice(tmp_path: Path) -> None:
    (one,) = mistakes(written(tmp_path, text(more="\n[season]\n")))
    assert (one.clause, one.text) == ("season", "is not TOML: this table is given a second time")


def test_included_files(tmp_path: Path) -> None:
    common = tmp_path / "common.toml"
    common.write_text(f'[clocks.sort]\n{CLAUSE}amount = 24\nunit = "hour"\n', encoding="utf-8")
    path = written(tmp_path, text(("include = [", 'include = ["common.toml", ')))
    (one,) = mistakes(path)
    assert (one.file, one.line, one.clause) == (str(common), 5, "clocks.sort")
    assert "known are hours, days, working_days" in one.text

    common.write_text('name = "common"\n', encoding="utf-8")
    (one,) = mistakes(path)
    assert (one.file, one.text) == (str(common), "an included file can only hold tables of clauses")

    common.write_text("labels = 3\nclocks = 4\n", encoding="utf-8")
    assert {one.clause for one in mistakes(path)} == {"clocks"}

    (one,) = mistakes(written(tmp_path, text(("include = [", "include = [3, "))))
    assert one.text == "must be a list of file names"
    path = written(tmp_path, text(("include = [", 'include = ["common/clock.toml", ')))
    (one,) = mistakes(path)
    assert (one.file, one.clause) == (str(path), "include")
    assert path.read_text(encoding="utf-8").splitlines()[one.line - 1].startswith("include = [")
    said = "there is no file `common/clock.toml`; did you mean `common/clocks.toml`?"
    assert one.text == said


def test_a_shipped_scheme_copied_elsewhere_still_finds_what_it_includes(tmp_path: Path) -> None:
    shipped = rulebook.reading.DEFINITIONS / "wuhan-2021.toml"
    copy = tmp_path / "mine.toml"
    copy.write_bytes(shipped.read_bytes())
    assert rulebook.load(copy) == rulebook.scheme("wuhan-2021")

    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "levels.toml").write_text("name = 1\n", encoding="utf-8")
    assert mistakes(copy)[0].file == str(tmp_path / "common" / "levels.toml")


@pytest.mark.parametrize(
    "shown", ['["very_satisfied", "satisfied"]', '["dissatisfied", "very_dissatisfied"]']
)
def test_a_scale_lets_a_rater_praise_and_complain(tmp_path: Path, shown: str) -> None:
    copy = tmp_path / "mine.toml"
    made = (rulebook.reading.DEFINITIONS / "wuhan-2021.toml").read_text(encoding="utf-8")
    scale = 'shown = ["satisfied", "basically_satisfied", "dissatisfied"]'
    copy.write_text(made.replace(scale, f"shown = {shown}"), encoding="utf-8")
    assert ("scale", "needs a level that is a bad rating, and one that is none") in [
        (one.clause, one.text) for one in mistakes(copy)
    ]


def test_levels_without_words_and_reasons_without_texts(tmp_path: Path) -> None:
    made = text()
    include = next(line for line in made.splitlines() if line.startswith("include"))
    own = '\n[labels.satisfied]\nzh = "好"\nen = "Good"\nsource = "测试"\nreasons = [4]\n'
    found = mistakes(written(tmp_path, made.replace(include, "") + own))
    assert [one.text for one in found if one.clause == "labels"] == [
        f"no words are given for the level `{level}`"
        for level in sorted(rulebook.Level)
        if level != "satisfied"
    ]
    assert [one.text for one in found if one.clause == "labels.satisfied"] == [
        "there are no reasons 4xx"
    ]


def test_an_own_clause_wins_over_an_included_one(tmp_path: Path) -> None:
    own = '\n[labels.satisfied]\nzh = "好"\nen = "Good"\nsource = "测试"\n'
    scheme = rulebook.load(written(tmp_path, text(more=own)))
    assert scheme.label(rulebook.Level.SATISFIED) == "好"
    assert scheme.label(rulebook.Level.DISSATISFIED) == "不满意"


def test_the_digest_names_a_version(tmp_path: Path) -> None:
    (tmp_path / "common.toml").write_text("", encoding="utf-8")
    path = written(tmp_path, text(("include = [", 'include = ["common.toml", ')))
    first = rulebook.load(path).digest
    assert rulebook.load(path).digest == first
    (tmp_path / "common.toml").write_text("# another word\n", encoding="utf-8")
    second = rulebook.load(path).digest
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len({first, second, rulebook.load(path).digest}) == 3


def test_two_rules_that_propose_under_one_id(tmp_path: Path) -> None:
    asked = ('what = "x"', 'on = "unit"', 'when = { honour = "top" }', 'why = "so"')
    rule = added("consequences.c", *asked)
    bulletin = added("bulletins.c", "places = 3", 'what = "talk"')
    said = "the same id as [consequences.c]: proposals could not be told apart"
    (mistake,) = mistakes(written(tmp_path, text(more=TOP + rule + bulletin)))
    assert (mistake.clause, mistake.text) == ("bulletins.c", said)


def test_a_commendation_for_an_honour_there_is_none_of(tmp_path: Path) -> None:
    praise = added("commendations.p", 'honour = "tip"', 'what = "commended"')
    (mistake,) = mistakes(written(tmp_path, text(more=TOP + praise)))
    assert mistake.clause == "commendations.p"
    assert "there is no honour `tip`" in mistake.text


def test_a_misspelt_measure_and_one_of_ones_own(tmp_path: Path) -> None:
    asked = ('on = "unit"', 'when = { honour = "top" }', 'why = "so"')
    rule = added("consequences.c", 'what = "dismissal_recomended"', *asked)
    (mistake,) = mistakes(written(tmp_path, text(more=TOP + rule)))
    assert mistake.text.startswith("nothing is called `dismissal_recomended`; did you mean `dism")
    rule = added("consequences.c", 'what = "study_visit"', *asked)
    assert rulebook.load(written(tmp_path, text(more=TOP + rule))).consequences["c"].on == "unit"


def test_what_befalls_somebody_has_words_in_the_program() -> None:
    assert {*WHATS, "commended"} == {what.value for what in What}


def test_kinds_of_finding_are_those_that_are_recorded() -> None:
    assert set(get_args(Found)) == {kind.value for kind in FindingKind}


def test_a_kind_of_event_of_ones_own_is_no_mistake(tmp_path: Path) -> None:
    own = added("points.p", 'event = "thanks.letter"', "each = 1")
    assert "p" in rulebook.load(written(tmp_path, text(more=own))).points


def test_how_often_and_how_many(tmp_path: Path) -> None:
    for given, said in (
        (('bulletin = "quarterly"', "listed = 5"), "known are weekly, half_monthly, monthly"),
        (('bulletin = "weekly"', "listed = 0"), "`listed` "),
    ):
        (mistake,) = mistakes(written(tmp_path, text(more=added("releases", *given))))
        assert mistake.clause == "releases"
        assert said in mistake.text
