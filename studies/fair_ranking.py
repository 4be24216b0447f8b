"""`make study`: are the intervals and probabilities shown beside the scores what they say?

A thousand cities whose truth is known are drawn, a third of them in each of three worlds, and what
their people would have rated; the product's own functions (`scoring.fairness`) are asked. The table
goes into docs/fair-ranking.md. Everything is drawn from one recorded seed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TextIO

import numpy as np

from pingyi.scoring.fairness import SURE, beside, counted, group, last_places
from pingyi.scoring.lines import Ratings

SEED, CITIES, UNITS = 20260301, 1000, 6928
DOCS = Path(__file__).parent.parent / "docs" / "fair-ranking.md"
BEGIN, END = "<!-- study: begin -->", "<!-- study: end -->"

WORLDS = {
    "gamma": "true rates as uneven as the model presumes (gamma)",
    "log-normal": "a longer tail than presumed (log-normal)",
    "two kinds": "one unit in fifty five times as bad as the rest",
}


@dataclass
class Tally:
    """What came of the cities of one world."""

    cities: int = 0
    units: int = 0
    few: int = 0
    rate_covered: int = 0
    bad_covered: int = 0
    named: int = 0
    named_wrongly: int = 0
    expected_wrong: float = 0.0
    points_wrong: int = 0
    points_named: int = 0
    coverages: list[tuple[float, float]] = field(default_factory=list)

    @property
    def rate_coverage(self) -> float:
        return self.rate_covered / self.units

    @property
    def bad_coverage(self) -> float:
        return self.bad_covered / self.units

    @property
    def wrongly(self) -> float:
        """Of the units named, the share that was not truly among the last ten."""
        return self.named_wrongly / self.named if self.named else 0.0


@dataclass(frozen=True)
class City:
    """The truth and what was seen of it, one entry per unit."""

    visits: np.ndarray
    satisfied_truly: np.ndarray
    bad_truly: np.ndarray
    satisfied: np.ndarray
    verified: np.ndarray


def draw(world: str, units: int, random: np.random.Generator) -> City:
    """A city: most units have few ratings, some have tens of thousands; 4 in 100 ratings are not
    satisfied and 2 in 1,000 are verified bad, on average (A)."""
    visits = np.maximum(1, random.lognormal(4.5, 1.6, units).astype(int))
    mean = 0.002
    if world == "gamma":
        bad = random.gamma(0.8, mean / 0.8, units)
    elif world == "log-normal":
        bad = random.lognormal(np.log(mean) - 1 / 2, 1.0, units)
    else:
        bad = (
            mean * np.where(random.random(units) < 0.02, 5.0, 0.92) * random.gamma(4, 1 / 4, units)
        )
    bad = np.minimum(bad, 0.5)
    others = random.beta(3, 75, units)
    satisfied_truly = (1 - bad) * (1 - others)
    verified = random.binomial(visits, bad)
    satisfied = random.binomial(visits - verified, 1 - others)
    return City(visits, satisfied_truly, bad, satisfied, verified)


def judge(city: City, tally: Tally) -> None:
    """Ask the product about a city and count where the truth lies."""
    seen = {
        str(place): (Ratings(int(good), int(n), int(n)), int(verified))
        for place, (good, n, verified) in enumerate(
            zip(city.satisfied, city.visits, city.verified, strict=True)
        )
    }
    among = group({code: counted(*one) for code, one in seen.items()})
    told = [beside(code, *one, among) for code, one in seen.items()]
    units = len(told)
    last = last_places(units)
    by_truth = np.argsort(-city.bad_truly, kind="stable")
    truly_last = {int(place) for place in by_truth[:last]}
    rates = np.array([one.rate for one in told])
    bads = np.array([one.bad[1:] if one.bad else (0, 1000) for one in told]) / 1000
    in_rate = (rates[:, 0] <= city.satisfied_truly) & (city.satisfied_truly <= rates[:, 1])
    in_bad = (bads[:, 0] <= city.bad_truly) & (city.bad_truly <= bads[:, 1])
    tally.cities += 1
    tally.units += units
    tally.few += sum(one.few for one in told)
    tally.rate_covered += int(in_rate.sum())
    tally.bad_covered += int(in_bad.sum())
    tally.coverages.append((float(in_rate.mean()), float(in_bad.mean())))
    for place, one in enumerate(told):
        if one.last is not None and one.last >= SURE:
            tally.named += 1
            tally.named_wrongly += place not in truly_last
            tally.expected_wrong += 1 - one.last
    # What a rule of points alone names: the most verified bad ratings, whatever the visits.
    by_points = np.argsort(-city.verified, kind="stable")[:last]
    tally.points_named += last
    tally.points_wrong += sum(int(place) not in truly_last for place in by_points)


def study(
    world: str,
    *,
    cities: int,
    units: int = UNITS,
    seed: int = SEED,
    report: TextIO | None = None,
    processes: int = 1,
) -> Tally:
    """So many cities of one world; the nth is the same however many are drawn, and wherever."""
    asked = [(world, units, seed, nth) for nth in range(cities)]
    if processes == 1:
        return _gathered(map(_one, asked), world, cities, report)
    with ProcessPoolExecutor(processes) as pool:
        return _gathered(pool.map(_one, asked), world, cities, report)


def _one(asked: tuple[str, int, int, int]) -> Tally:
    world, units, seed, nth = asked
    tally = Tally()
    number = list(WORLDS).index(world)
    judge(draw(world, units, np.random.default_rng([seed, number, nth])), tally)
    return tally


def _gathered(found: Iterable[Tally], world: str, cities: int, report: TextIO | None) -> Tally:
    whole = Tally()
    for one in found:
        for each in fields(Tally):
            setattr(whole, each.name, getattr(whole, each.name) + getattr(one, each.name))
        if report is not None and (whole.cities % 10 == 0 or whole.cities == cities):
            report.write(f"\r{world}: {whole.cities:,} of {cities:,} cities")
            report.flush()
    if report is not None:
        report.write("\n")
    return whole


def table(found: dict[str, Tally], *, units: int = UNITS, seed: int = SEED) -> str:
    """The table for the docs."""
    lines = [
        "| true rates of verified bad | cities | interval of the rate holds it (Wilson) "
        "| interval of verified bad holds it | named at p ≥ 0.9 | of them wrongly | as told "
        "| a rule of points alone: wrongly |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for world, one in found.items():
        told = one.expected_wrong / one.named if one.named else 0.0
        lines.append(
            f"| {WORLDS[world]} | {one.cities:,} | {one.rate_coverage:.2%} "
            f"| {one.bad_coverage:.2%} | {one.named:,} | {one.wrongly:.1%} | {told:.1%} "
            f"| {one.points_wrong / one.points_named:.1%} |"
        )
    cities, named, wrongly = (
        sum(getattr(one, name) for one in found.values())
        for name in ("cities", "named", "named_wrongly")
    )
    few = sum(one.few for one in found.values()) / sum(one.units for one in found.values())
    lines += [
        "",
        f"{units:,} units a city, {few:.0%} of them with fewer than 30 ratings; seed {seed}. "
        "Wanted: 93–97 % in both columns of intervals, at most 10 % named wrongly. *As told*: the "
        "share that the probabilities themselves expect to be wrong.",
        "",
        f"All together {named:,} were named in {cities:,} cities, {wrongly:,} of them wrongly: "
        f"{wrongly / named if named else 0:.1%}.",
    ]
    return "\n".join(lines)


def written(page: str, text: str) -> str:
    """The page with the text between its markers."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=CITIES)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    found = {}
    for nth, world in enumerate(WORLDS):
        share = (asked.cities + nth) // len(WORLDS)
        found[world] = study(
            world,
            cities=share,
            units=asked.units,
            seed=asked.seed,
            report=sys.stderr,
            processes=asked.processes,
        )
    text = table(found, units=asked.units, seed=asked.seed)
    DOCS.write_text(written(DOCS.read_text("utf-8"), text), "utf-8")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
