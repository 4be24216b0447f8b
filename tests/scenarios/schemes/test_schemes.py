"""Plays every scenario file of this folder (README.md says how they are written)."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from pingyi import rulebook
from pingyi.scoring import facts_file
from pingyi.scoring.engine import FactsError, score

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))
UNIT_KEYS = {"group", "parent", "ratings", "marks", "events", "before", "times"}


def facts_of(scenario: dict[str, Any]) -> bytes:
    """The scenario's facts as a FACTS.json."""
    facts: dict[str, Any] = {"season": scenario["season"]}
    for table in ("units", "satisfaction", "events", "measured", "history"):
        facts[table] = []
    for name, told in scenario["units"].items():
        assert told.keys() <= UNIT_KEYS, told.keys() - UNIT_KEYS
        times = told.get("times")
        for code in [f"{name}-{n + 1}" for n in range(times)] if times else [name]:
            _tell(facts, code, told)
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
    assert scenario.keys() <= {"title", "season", "units", "expect", "error"}
    scheme = rulebook.scheme(path.parent.name)
    if "error" in scenario:
        with pytest.raises(FactsError) as refused:
            score(facts_file.read(facts_of(scenario)), scheme)
        assert str(refused.value) == scenario["error"]
        return
    results = {
        one.unit: shown(one) for one in score(facts_file.read(facts_of(scenario)), scheme).results
    }
    for pattern, expected in scenario["expect"].items():
        units = [unit for unit in results if fnmatchcase(unit, pattern)]
        assert units, f"no unit is called {pattern}"
        for unit in units:
            assert {key: results[unit][key] for key in expected} == expected, unit


def test_every_shipped_scheme_has_scenarios() -> None:
    count = {name: len(list((HERE / name).glob("*.yaml"))) for name in rulebook.names()}
    assert all(many >= 8 for many in count.values()), count
