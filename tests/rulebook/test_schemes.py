"""The shipped schemes, as the rest of the program reads them."""

import datetime
import tomllib
from pathlib import Path

import jsonschema
import pytest

from pingyi import rulebook
from pingyi.rulebook import Level, json_schema
from pingyi.rulebook.checks import EXTENDED, PAUSED

DEFINITIONS = Path(rulebook.__file__).parent / "definitions"
SCHEMA = Path(__file__).parents[2] / "docs" / "schemes" / "scheme.schema.json"
SHIPPED = ("jiangmen-2008", "national", "wuhan-2018", "wuhan-2021", "wuhan-2023")

CLOCKS = {"sort", "call_back", "acknowledge", "handle_simple", "handle_complex", "rectify"}
CLOCKS |= {"referral", "verify", "reply", "re_judge", "appeal", "appeal_review", "recheck"}
CLOCKS |= {"letter_reply", "first_findings", "look_back_first", "look_back_second"}


def test_levels_are_numbered_as_the_national_interface_does() -> None:
    assert [(level.value, level.rank) for level in Level] == [
        ("very_satisfied", 5),
        ("satisfied", 4),
        ("basically_satisfied", 3),
        ("dissatisfied", 2),
        ("very_dissatisfied", 1),
    ]
    assert [level for level in Level if level.is_bad] == ["dissatisfied", "very_dissatisfied"]
    assert [Level.from_rank(level.rank) for level in Level] == list(Level)
    for outside in (0, 6, -1):
        with pytest.raises(ValueError, match="5 is best"):
            Level.from_rank(outside)


def test_names_and_unknown_names() -> None:
    assert rulebook.names() == SHIPPED
    assert rulebook.scheme("national") is rulebook.scheme("national")
    with pytest.raises(rulebook.UnknownScheme, match="no scheme is named 'wuhan-1999'; there are"):
        rulebook.scheme("wuhan-1999")
    with pytest.raises(KeyError):
        rulebook.scheme("../wuhan-2023")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scheme_is_named_as_its_file_and_gives_every_clock(name: str) -> None:
    scheme = rulebook.scheme(name)
    assert scheme.name == name
    assert scheme.title.strip()
    assert scheme.title_en.isascii()
    assert len(scheme.digest) == 64
    assert set(scheme.clocks) >= CLOCKS
    assert all(level in scheme.labels for level in Level)


def test_the_scales_shown() -> None:
    three = (Level.SATISFIED, Level.BASICALLY_SATISFIED, Level.DISSATISFIED)
    assert rulebook.scheme("wuhan-2023").levels == three
    assert rulebook.scheme("wuhan-2021").levels == three
    assert rulebook.scheme("wuhan-2018").levels == (Level.SATISFIED, Level.DISSATISFIED)
    assert rulebook.scheme("national").levels == tuple(Level)
    assert rulebook.scheme("jiangmen-2008").levels == tuple(Level)


def test_labels() -> None:
    scheme = rulebook.scheme("wuhan-2023")
    assert scheme.label(Level.BASICALLY_SATISFIED) == "基本满意"
    assert scheme.label(Level.BASICALLY_SATISFIED, "en") == "Basically satisfied"
    assert scheme.label(Level.DISSATISFIED, "en-GB") == "Dissatisfied"
    assert scheme.label(Level.DISSATISFIED, "zh-hans") == "不满意"
    # ratings from elsewhere may have levels that this scale does not show
    assert scheme.label(Level.VERY_DISSATISFIED) == "非常不满意"


def codes(name: str, level: Level) -> list[str]:
    return [reason.code for reason in rulebook.scheme(name).reasons(level)]


def test_reasons_offered_on_five_levels() -> None:
    assert codes("national", Level.VERY_SATISFIED) == [str(n) for n in range(510, 518)]
    assert codes("national", Level.SATISFIED) == [str(n) for n in range(406, 414)]
    assert codes("national", Level.BASICALLY_SATISFIED) == [str(n) for n in range(307, 315)]
    assert codes("national", Level.DISSATISFIED) == [str(n) for n in range(207, 215)]
    assert codes("national", Level.VERY_DISSATISFIED) == [str(n) for n in range(108, 116)]


def test_reasons_offered_on_three_levels() -> None:
    ones, twos = [str(n) for n in range(108, 116)], [str(n) for n in range(207, 215)]
    assert codes("wuhan-2023", Level.DISSATISFIED) == twos + ones
    assert len(codes("wuhan-2023", Level.SATISFIED)) == 16
    assert codes("wuhan-2023", Level.VERY_DISSATISFIED) == []


def test_the_first_three_reasons_of_each_level_are_core() -> None:
    for level in Level:
        reasons = rulebook.scheme("national").reasons(level)
        assert [reason.core for reason in reasons] == [True] * 3 + [False] * 5
        assert all(reason.zh and reason.en.isascii() for reason in reasons)


def test_clocks() -> None:
    clocks = rulebook.scheme("wuhan-2023").clocks
    assert (clocks["sort"].amount, clocks["sort"].unit, clocks["sort"].assumed) == (
        24,
        "hours",
        False,
    )
    assert (clocks["call_back"].amount, clocks["call_back"].unit) == (2, "days")
    assert (clocks["first_findings"].amount, clocks["first_findings"].unit) == (7, "working_days")
    assert clocks["handle_complex"].assumed
    assert all(rule.id == name and rule.zh and rule.source for name, rule in clocks.items())


def test_what_may_be_given_more_time_is_what_somebody_can_give() -> None:
    clocks = rulebook.scheme("wuhan-2023").clocks
    assert {name for name, rule in clocks.items() if rule.may_pause} == set(PAUSED)
    assert {name for name, rule in clocks.items() if rule.extensions} == set(EXTENDED)


def test_escalations() -> None:
    scheme = rulebook.scheme("wuhan-2023")
    steps = [(step.at, step.to) for step in scheme.escalation("sort")]
    assert steps == [(-4, "handler"), (0, "case_manager"), (12, "leader"), (24, "city")]
    assert scheme.escalation("look_back_second") == scheme.escalation("look_back_first")
    assert scheme.escalation("re_judge") == ()


@pytest.mark.parametrize(
    ("verdict", "kind", "costs"),
    [
        ("verified", "conduct", True),
        ("partly", "process", True),
        ("verified", "process", True),
        ("verified", "facility", False),
        ("partly", "policy", False),
        ("verified", "not_ours", False),
        ("verified", "mistaken", False),
        ("verified", "malicious", False),
        ("unfounded", "conduct", False),
        ("void", "conduct", False),
    ],
)
def test_which_verdicts_cost_points(verdict: str, kind: str, costs: bool) -> None:
    assert rulebook.scheme("wuhan-2023").costs_points(verdict, kind) is costs
    assert rulebook.scheme("wuhan-2018").costs_points(verdict, kind) is False


def test_groups_and_weights() -> None:
    groups = rulebook.scheme("wuhan-2021").groups
    assert [(group.id, group.zh, group.en) for group in groups.values()] == [
        ("offices", "机关处室", "Offices"),
        ("stations", "基层站所", "Stations"),
        ("utilities", "公用企业", "Public utilities"),
    ]
    weights = rulebook.scheme("jiangmen-2008").weights("public_facing")
    assert weights == {"platforms": 80, "superiors": 10, "clients": 10}
    with pytest.raises(KeyError):
        rulebook.scheme("wuhan-2021").weights("medical")


def test_a_scheme_cannot_be_changed() -> None:
    scheme = rulebook.scheme("jiangmen-2008")
    with pytest.raises(AttributeError):
        scheme.name = "mine"  # type: ignore[misc]
    for mapping in (scheme.clocks, scheme.groups, scheme.weights("party_mass"), scheme.labels):
        with pytest.raises(TypeError):
            mapping["x"] = None  # type: ignore[index]


def test_the_published_json_schema_is_up_to_date() -> None:
    """Renew it with `python -m pingyi.rulebook.json_schema > docs/schemes/scheme.schema.json`."""
    assert SCHEMA.read_text(encoding="utf-8") == json_schema.text()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_files_fit_the_json_schema(name: str) -> None:
    values = tomllib.loads((DEFINITIONS / f"{name}.toml").read_text(encoding="utf-8"))
    assert isinstance(values["dated"], datetime.date)
    values["dated"] = values["dated"].isoformat()
    validator = jsonschema.Draft202012Validator(json_schema.json_schema())
    validator.validate(values)
    assert not validator.is_valid(values | {"colour": "red"})
    values["rounding"]["decimals"] = "2"
    assert not validator.is_valid(values)


@pytest.mark.parametrize("name", ["wuhan-2018", "wuhan-2021", "wuhan-2023"])
def test_wuhans_clauses_say_all_that_the_source_does_of_best_and_last(name: str) -> None:
    """DOMAIN §1.9–10: named and self-critical at the meeting, the parent's points and bonus, its
    own written examination, the best's experience taught; the talk public, the personnel office
    there."""
    scheme = rulebook.scheme(name)
    clauses = (scheme.consequences, scheme.commendations, scheme.bulletins)
    told = "".join(clause.zh for section in clauses for clause in section.values())
    for said in (
        "点名通报，并作检讨",
        "扣分，影响奖金",
        "书面检查",
        "推广其经验",
        "组织人事部门到场",
    ):
        assert said in told, said
