"""The example printed in docs/formats.md, the order of results, and the engine at a city's size."""

import json
import subprocess
import sys
from typing import Any

from pingyi import rulebook
from pingyi.scoring import facts_file
from pingyi.scoring.engine import Facts, Result, Satisfaction, Unit, score

EXAMPLE = {
    "season": "2023",
    "units": [{"code": "U1", "name": "…", "group": "stations", "area": "420114", "parent": "P1"}],
    "satisfaction": [
        {
            "unit": "U1",
            "channel": "qr",
            "very_satisfied": 0,
            "satisfied": 950,
            "basically_satisfied": 30,
            "dissatisfied": 20,
            "very_dissatisfied": 0,
            "verified_bad": 2,
            "default": 0,
        }
    ],
    "events": [
        {"unit": "U1", "kind": kind, "at": at, "ref": ref}
        for kind, at, ref in [
            ("rating.verified", "2023-03-01T10:00:00+08:00", "C-17"),
            ("rating.verified", "2023-05-09T10:00:00+08:00", "C-92"),
            ("discipline.breach", "2023-06-01T10:00:00+08:00", "B-2"),
        ]
    ],
    "measured": [{"unit": "U1", "component": "superiors", "value": "92.5"}],
    "history": [
        {
            "season": "2022",
            "unit": "U1",
            "total": "81.00",
            "honour": "bottom_ten",
            "place_from_last": 4,
            "grade": None,
        }
    ],
}


def scored(name: str, facts: dict[str, Any]) -> Result:
    return score(facts_file.read(json.dumps(facts).encode()), rulebook.scheme(name))


def test_the_published_example() -> None:
    others = [{"code": f"U{n}", "group": "stations"} for n in range(2, 22)]
    result = scored("wuhan-2023", EXAMPLE | {"units": [*EXAMPLE["units"], *others]})
    shown = json.loads(result.to_json())
    assert (shown["scheme"], shown["season"]) == ("wuhan-2023", "2023")
    assert shown["results"][-1] == {
        "unit": "U1",
        "group": "stations",
        "total": "84.00",
        "rank": 21,
        "of": 21,
        "place_from_last": 1,
        "grade": None,
        "honour": "bottom_ten",
        "vetoed": False,
        "lines": [
            {"clause": "base", "points": "100"},
            {"clause": "verified-bad-rating", "points": "-6", "count": 2, "refs": ["C-17", "C-92"]},
            {"clause": "breach", "points": "-10", "count": 1, "refs": ["B-2"]},
        ],
        "consequences": [
            {"clause": clause, "what": what, "on": on, "why": f"bottom ten in {years}"}
            for clause, what, on, years in [
                ("bottom-ten-named", "named", "unit", "2023"),
                ("bottom-ten-head", "head_accountable", "head", "2023"),
                ("bottom-ten-parent", "parent_loses_points", "parent", "2023"),
                ("bottom-ten-twice-head", "dismissal_recommended", "head", "2022 and 2023"),
                ("bottom-ten-twice-parent", "parent_examined", "parent", "2022 and 2023"),
            ]
        ],
    }


def test_a_component_line_says_how_many_ratings_it_rests_on() -> None:
    line = json.loads(scored("national", EXAMPLE).to_json())["results"][0]["lines"]
    assert line == [{"clause": "satisfaction", "points": "98.00", "count": 1000}]


def test_results_by_group_then_rank_then_code() -> None:
    units = [("B", "stations"), ("Z", "offices"), ("A", "stations"), ("C", "stations")]
    facts = Facts(
        season="2018",
        units=tuple(Unit(code=code, group=group) for code, group in units),
        satisfaction=(
            Satisfaction(unit="C", channel="qr", satisfied=2),
            Satisfaction(unit="B", channel="qr", satisfied=1, dissatisfied=1),
            Satisfaction(unit="Z", channel="qr", satisfied=1),
        ),
    )
    results = score(facts, rulebook.scheme("wuhan-2018")).results
    assert [(one.group, one.unit, one.rank) for one in results] == [
        ("offices", "Z", 1),
        ("stations", "C", 1),
        ("stations", "B", 2),
        ("stations", "A", None),
    ]


def test_a_citys_size_stays_linear() -> None:
    """7,000 units with 20,000 events give a result each; how fast, `pingyi bench` tells."""
    units = [{"code": f"U{n}", "group": "stations"} for n in range(7000)]
    events = [
        {"unit": f"U{n % 7000}", "kind": "rating.verified", "ref": f"C{n}"} for n in range(20_000)
    ]
    results = scored("wuhan-2023", {"season": "2023", "units": units, "events": events}).results
    # 20,000 = 2 × 7,000 + 6,000: 6,000 units with three events, 1,000 with two
    assert [str(results[0].total), results[999].rank, results[1000].rank] == ["94.00", 1, 1001]
    assert (str(results[-1].total), results[-1].place_from_last) == ("91.00", 6000)


def test_neither_rules_nor_engine_know_the_framework() -> None:
    code = (
        "import sys, pingyi.rulebook, pingyi.scoring.engine, pingyi.scoring.facts_file, "
        "pingyi.shell.score, pingyi.shell.schemes; sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
