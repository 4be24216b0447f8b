"""Plays every scenario file of this folder (README.md says how they are written)."""

import json
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from pingyi import rulebook
from pingyi.rulebook import Scheme
from pingyi.scoring import facts_file
from pingyi.scoring.engine import FactsError, UnitResult, score

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))
UNIT_KEYS = {"group", "parent", "ratings", "marks", "events", "before", "times"}


def facts_of(scenario: dict[str, Any], history: Sequence[dict[str, Any]] = ()) -> bytes:
    """The scenario's facts as a FACTS.json; `history` besides what it tells itself."""
    facts: dict[str, Any] = {"season": scenario["season"]}
    for table in ("units", "satisfaction", "events", "measured", "history"):
        facts[table] = []
    for name, told in scenario["units"].items():
        assert told.keys() <= UNIT_KEYS, told.keys() - UNIT_KEYS
        times = told.get("times")
        for code in [f"{name}-{n + 1}" for n in range(times)] if times else [name]:
            _tell(facts, code, told)
    facts["history"] += history
    return json.dumps(facts).encode()


def _tell(facts: dict[str, Any], code: str, told: dict[str, Any]) -> None:
    facts["units"].append({"code": code, "group": told["group"], "parent": told.get("parent")})
    for channel, counts in told.get("ratings", {}).items():
        facts["satisfaction"].append({"unit": code, "channel": channel, **counts})
    for component, value in told.get("marks", {}).items():
        facts["measured"].append({"unit": code, "component": component, "value": value})
    for kind, events in told.get("events", {}).items():
        for event in events:
            given = event if isinstance(event, dict) else {"ref": event}
            facts["events"].append({"unit": code, "kind": kind, **given})
    facts["history"] += [{"unit": code, **season} for season in told.get("before", [])]


def shown(result: Any) -> dict[str, Any]:
    """A unit's result under the words that scenarios use."""
    return {
        "total": None if result.total is None else str(result.total),
        "rank": result.rank,
        "of": result.of,
        "place_from_last": result.place_from_last,
        "grade": result.grade,
        "honour": result.honour,
        "vetoed": result.vetoed,
        "lines": {line.clause: str(line.points) for line in result.lines},
        "follows": [consequence.what for consequence in result.consequences],
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_scenario(path: Path) -> None:
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert scenario.keys() <= {"title", "season_before", "season", "units", "expect", "error"}
    scheme = rulebook.scheme(path.parent.name)
    if "error" in scenario:
        with pytest.raises(FactsError) as refused:
            score(facts_file.read(facts_of(scenario)), scheme)
        assert str(refused.value) == scenario["error"]
        return
    history = []
    if before := scenario.get("season_before"):
        history = [_as_history(one, before["season"]) for one in _play(before, scheme)]
    _play(scenario, scheme, history)


def _play(
    scenario: dict[str, Any], scheme: Scheme, history: Sequence[dict[str, Any]] = ()
) -> Sequence[UnitResult]:
    """Score a season and hold it against what is expected."""
    results = score(facts_file.read(facts_of(scenario, history)), scheme).results
    told = {one.unit: shown(one) for one in results}
    for pattern, expected in scenario["expect"].items():
        units = [unit for unit in told if fnmatchcase(unit, pattern)]
        assert units, f"no unit is called {pattern}"
        for unit in units:
            assert {key: told[unit][key] for key in expected} == expected, unit
    return results


def _as_history(one: UnitResult, season: str) -> dict[str, Any]:
    """A result as a later season's facts have it."""
    total = None if one.total is None else str(one.total)
    return {
        "season": season,
        "unit": one.unit,
        "total": total,
        "honour": one.honour,
        "place_from_last": one.place_from_last,
        "grade": one.grade,
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_arithmetic_is_written_out(path: Path) -> None:
    """At least one comment reckons: two numbers with a sign between them."""
    comments = re.findall(r"#\s(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert any(re.search(r"\d.* [-+×÷<>≤≥] .*\d", said) for said in comments)


def test_every_shipped_scheme_has_scenarios() -> None:
    count = {name: len(list((HERE / name).glob("*.yaml"))) for name in rulebook.names()}
    assert all(many >= 8 for many in count.values()), count
