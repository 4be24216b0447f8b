"""From paper to database: the plan's directory, through the doors every city's directory takes."""

from __future__ import annotations

import random
from datetime import date, datetime

from pingyi.audit.actions import Actor
from pingyi.demo import names, rhythm
from pingyi.demo.history import Place
from pingyi.demo.plan import Plan
from pingyi.directory.actions import open_season
from pingyi.directory.bulk import PostRow, assign_items, load_posts
from pingyi.directory.content import AreaRow, Content, ItemRow, PointRow, UnitRow
from pingyi.directory.loading import load
from pingyi.directory.models import Area, Item, Season, ServicePoint

SCHEME = "wuhan-2023"


def open_years(first: date, last: date, *, by: Actor, at: datetime) -> list[Season]:
    """A season for each calendar year from `first`'s to `last`'s."""
    return [
        open_season(
            code=str(year),
            scheme=SCHEME,
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            by=by,
            at=at,
        )
        for year in range(first.year, last.year + 1)
    ]


def settle(plan: Plan, *, seed: int, by: Actor, at: datetime) -> list[Place]:
    """Load the plan's directory with badges and items; returns its points as raters know them."""
    rng = random.Random(f"{seed}/codes")  # noqa: S311 – the posters of an invented city
    load(content=_content(plan), by=by, at=at, source=names.CITY[1], random_bytes=rng.randbytes)
    city = Area.objects.get(parent=None)
    stored = {
        (code, name): (pk, unit)
        for pk, unit, code, name in ServicePoint.objects.order_by("pk").values_list(
            "pk", "unit_id", "unit__code", "name"
        )
    }
    _post(plan, stored, city, rng, by=by, at=at)
    _assign(plan, stored, city, by=by, at=at)
    matters = {unit.code: unit.matters for unit in plan.units}
    return [
        Place(
            point=stored[point.unit, point.name][0],
            unit=stored[point.unit, point.name][1],
            badges=point.badges,
            matters=matters[point.unit],
            manner=rhythm.opening(point.kind),
            weight=point.weight,
            bad_share=plan.bad_share[point.unit],
        )
        for point in plan.points
    ]


def _content(plan: Plan) -> Content:
    return Content(
        areas=[AreaRow(code=a.code, name=a.name, parent=a.parent) for a in plan.areas],
        units=[
            UnitRow(
                code=u.code, name=u.name, group=u.group, area=u.area, parent=u.parent, kind=u.kind
            )
            for u in plan.units
        ],
        items=[
            ItemRow(unit=u.code, code=f"{u.code}-{number:02}", name=matter)
            for u in plan.units
            for number, matter in enumerate(u.matters, start=1)
        ],
        points=[
            PointRow(unit=p.unit, name=p.name, kind=p.kind, address=p.address, hours=p.hours)
            for p in plan.points
        ],
    )


Stored = dict[tuple[str, str], tuple[int, int]]


def _post(
    plan: Plan, stored: Stored, city: Area, rng: random.Random, *, by: Actor, at: datetime
) -> None:
    rows = []
    for point in plan.points:
        pk, unit = stored[point.unit, point.name]
        for badge in point.badges:
            # Some units show names beside the badge, most do not.
            name = rng.choice(names.SURNAMES) + rng.choice(names.GIVEN)
            rows.append(PostRow(unit, pk, badge, name if rng.random() < 0.3 else ""))
    load_posts(area=city, rows=rows, by=by, at=at)


def _assign(plan: Plan, stored: Stored, city: Area, *, by: Actor, at: datetime) -> None:
    items: dict[str, list[int]] = {}
    for pk, unit in Item.objects.order_by("pk").values_list("pk", "unit__code"):
        items.setdefault(unit, []).append(pk)
    pairs = [
        (stored[point.unit, point.name][0], item)
        for point in plan.points
        for item in items[point.unit]
    ]
    assign_items(area=city, pairs=pairs, by=by, at=at)
