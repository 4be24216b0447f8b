"""The demo city on paper: areas, units, points, items and badges, drawn from one seed. Pure.

The same scale and seed give the same city, row by row and in the same order.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from pingyi.demo import names
from pingyi.demo.lines import GROUP_LINES


@dataclass(frozen=True)
class Scale:
    """How large a city: units per group, streets per district, ratings so far.

    `walked`: at most so many recent bad ratings are carried through the real actions one by one.
    `days`: history no longer than that. `bad`: the mean share of bad ratings. `before`: ratings
    in each of the two years before.
    """

    streets: int
    units: dict[str, int]
    ratings: int
    walked: int
    days: int = 366
    before: int = 0
    bad: float = 0.015


SCALES = {
    "tiny": Scale(1, {"offices": 16, "stations": 8, "medical": 4, "utilities": 4}, 1_500, 12, 45),
    "small": Scale(
        3, {"offices": 30, "stations": 52, "medical": 22, "utilities": 20}, 60_000, 80, before=5_000
    ),
    "city": Scale(
        12,
        {"offices": 720, "stations": 4480, "medical": 1000, "utilities": 800},
        4_020_000,
        400,
        before=150_000,
    ),
}
SCALES["bench"] = replace(SCALES["city"], ratings=200_000, walked=0, before=0)
SCALES["desks"] = replace(SCALES["small"], ratings=78_000, walked=400, bad=0.29, before=0)
"""`tiny` is for tests; `bench` has the city's units, and ratings enough to fill their tallies;
`desks` more than an office's year of cases (15,250 call-backs in 2022; 领域说明 §1)."""


class AreaRow(NamedTuple):
    code: str
    name: str
    level: str
    parent: str


class UnitRow(NamedTuple):
    code: str
    name: str
    group: str
    parent: str
    area: str
    kind: str
    bureau: str
    """The line of work, by its bureau's code."""
    matters: tuple[str, ...]
    points: tuple[tuple[str, str], ...]
    busy: float
    address: str


class PointRow(NamedTuple):
    unit: str
    name: str
    kind: str
    address: str
    hours: str
    badges: tuple[str, ...]
    weight: float
    """How many ratings it draws, beside others."""


@dataclass(frozen=True)
class Plan:
    """The whole city; `bad_share` is each unit's own share of bad ratings (long-tailed)."""

    areas: tuple[AreaRow, ...]
    units: tuple[UnitRow, ...]
    points: tuple[PointRow, ...]
    bad_share: dict[str, float]


OFFICE_HOURS = "周一至周五 9:00–12:00 13:00–17:00"
HOURS = {
    "terminal": "全天 24 小时",
    "online": "全天 24 小时",
    "clinic": "每日 8:00–12:00 13:30–17:30",
    "enforcement": "每日 7:00–22:00",
    "station": "每日 8:30–17:30",
}


def plan(scale: Scale, seed: int) -> Plan:
    """Draw the city of that scale and seed."""
    rng = random.Random(f"{seed}/plan")  # noqa: S311 – a demo city, not a secret
    areas = tuple(_areas(scale))
    units = tuple(_units(scale, areas, rng))
    points = tuple(_points(units, rng))
    shares = [rng.lognormvariate(0, 0.9) for _ in units]
    drawn = dict.fromkeys((unit.code for unit in units), 0.0)
    for point in points:
        drawn[point.unit] += point.weight
    mean = sum(s * drawn[u.code] for s, u in zip(shares, units, strict=True)) / sum(drawn.values())
    most = 4 * scale.bad
    bad = {u.code: min(most, s * scale.bad / mean) for s, u in zip(shares, units, strict=True)}
    return Plan(areas, units, points, bad)


def _areas(scale: Scale) -> Iterator[AreaRow]:
    city, name = names.CITY
    yield AreaRow(city, name, "city", "")
    for number, district in enumerate(names.DISTRICTS, start=1):
        code = f"{city[:4]}{number:02}"
        yield AreaRow(code, district, "district", city)
        for street in range(scale.streets):
            # Every district begins elsewhere in the list, so that neighbours differ.
            stem = names.STREETS[(number * 5 + street) % len(names.STREETS)]
            yield AreaRow(f"{code}{street + 1:03}", f"{stem}街道", "street", code)


def _units(scale: Scale, areas: tuple[AreaRow, ...], rng: random.Random) -> Iterator[UnitRow]:
    offices = list(_offices(areas, rng))[: scale.units["offices"]]
    yield from offices
    bureaus = {(office.bureau, office.area): office.code for office in offices}
    districts = {area.code: area for area in areas if area.level == "district"}
    streets = [area for area in areas if area.level == "street"]
    for group, kinds in GROUP_LINES.items():
        # First one of every kind, then anything anywhere: a small city lacks no kind.
        rounds = [[(line, rng.choice(streets)) for line in kinds]]
        others = [(line, street) for line in kinds for street in streets]
        rng.shuffle(others)
        chosen = list(dict.fromkeys([*rounds[0], *others]))[: scale.units[group]]
        for number, (line, street) in enumerate(chosen, start=1):
            district = districts[street.parent]
            stem = street.name.removesuffix("街道")
            parent = bureaus.get((line.bureau, district.code)) or bureaus.get(
                (line.bureau, names.CITY[0]), ""
            )
            yield UnitRow(
                code=f"{group[0].upper()}{number:04}",
                name=f"{district.name}{stem}{line.suffix}",
                group=group,
                parent=parent,
                area=street.code,
                kind=line.kind,
                bureau=line.bureau,
                matters=line.matters,
                points=line.points,
                busy=line.busy * rng.lognormvariate(0, 0.7),
                address=f"{district.name}{stem}路{rng.randint(1, 299)}号",
            )


def _offices(areas: tuple[AreaRow, ...], rng: random.Random) -> Iterator[UnitRow]:
    """City bureaus first, then the districts' bureaus in a drawn order, then their sections."""
    seats = [area for area in areas if area.level in ("city", "district")]
    city, districts = seats[0], seats[1:]
    pairs = [(bureau, district) for bureau in names.BUREAUS for district in districts]
    rng.shuffle(pairs)
    whole = [(bureau, city) for bureau in names.BUREAUS] + pairs
    codes: dict[tuple[str, str], str] = {}
    for number, (bureau, area) in enumerate(whole, start=1):
        code = codes[bureau.code, area.code] = f"O{number:04}"
        parent = codes[bureau.code, city.code] if area is not city else ""
        yield _office(code, area.name + bureau.name, parent, area, bureau, rng)
    sections = [(b, area, section) for b, area in whole for section in b.sections]
    for number, (bureau, area, section) in enumerate(sections, start=len(whole) + 1):
        yield _office(
            f"O{number:04}",
            f"{area.name}{bureau.name}{section}",
            codes[bureau.code, area.code],
            area,
            bureau,
            rng,
            points=names.SECTION_POINTS,
            busy=0.2,
        )


def _office(
    code: str,
    name: str,
    parent: str,
    area: AreaRow,
    bureau: names.Bureau,
    rng: random.Random,
    *,
    points: tuple[tuple[str, str], ...] = names.OFFICE_POINTS,
    busy: float = 1.0,
) -> UnitRow:
    return UnitRow(
        code=code,
        name=name,
        group="offices",
        parent=parent,
        area=area.code,
        kind="机关处室" if points is names.SECTION_POINTS else "政府部门",
        bureau=bureau.code,
        matters=bureau.matters,
        points=points,
        busy=busy * rng.lognormvariate(0, 0.7),
        address=f"{area.name}政务路{rng.randint(1, 99)}号",
    )


def _points(units: tuple[UnitRow, ...], rng: random.Random) -> Iterator[PointRow]:
    for unit in units:
        badge = 0
        for name, kind in unit.points:
            staff = 0 if kind in ("terminal", "online") else rng.choice((1, 1, 2))
            badges = tuple(f"{n:03}" for n in range(badge + 1, badge + staff + 1))
            badge += staff
            yield PointRow(
                unit=unit.code,
                name=name,
                kind=kind,
                address=unit.address,
                hours=HOURS.get(kind, OFFICE_HOURS),
                badges=badges,
                weight=unit.busy * rng.lognormvariate(0, 0.8),
            )
