"""What became of each bad rating of the demo city.

Long ago: closed in bulk, with plausible findings. In recent weeks: walked through the real actions
by the staff, step after step with the pauses people make, up to the present moment; so at any
moment there are cases in every state, some of them late.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache

from django.db import transaction

from pingyi import rulebook
from pingyi.audit.actions import SYSTEM, Actor
from pingyi.casework import actions, bulk
from pingyi.casework.actions.opening import ratings_without_case
from pingyi.casework.bulk import Handled, PastCase, Said
from pingyi.casework.models import Case
from pingyi.casework.policies import may_be_called
from pingyi.casework.reasons import Refusal
from pingyi.casework.rules import office_of
from pingyi.casework.states import Finding, Kind
from pingyi.demo import words
from pingyi.demo.cases import SAID, STEPS, Hands, Walk
from pingyi.demo.report import Report
from pingyi.demo.staff import Staff, admin_login
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people.roles import Role
from pingyi.ratings.models import Rating
from pingyi.ratings.points import rules_on

RECENT = timedelta(days=24)
_CHUNK = 5_000

_STANDING = ("sort", "stand")
_ANSWERED = (*_STANDING, "dispatch", "acknowledge", "answer")
CALLED = {
    ("sort", "settle"): 72,
    ("sort", "no_answer", "settle"): 8,
    (*_ANSWERED, "verify", "reply", "accept"): 7,
    (*_ANSWERED, "verify_partly", "reply", "accept"): 3,
    (*_ANSWERED, "find_unfounded", "reply"): 4,
    (*_ANSWERED, "verify", "reply", "protest", "dispatch", "answer", "verify", "reply"): 2,
    ("sort", "no_answer", "no_answer", "no_answer", "check", "find_unfounded", "reply"): 2,
    (*_STANDING, "refer", "investigate", "report", "verify", "reply"): 2,
}
CHECKED = {
    ("sort", "check", "find_unfounded", "reply"): 56,
    (*_ANSWERED, "verify", "reply"): 12,
    (*_ANSWERED, "find_unfounded", "reply"): 20,
    ("sort", "check", "verify", "reply"): 8,
    ("sort", "void", "reply"): 4,
}
"""How a case goes, with how many in a hundred go so: where she can be called, where not."""

_DAY = timedelta(days=1)
SPECIAL = (
    (("sort_lead", "investigate", "conclude", "release", "reply"), 14 * _DAY),
    (_ANSWERED, 12 * _DAY),
    ((*_STANDING, "assign", "dispatch"), 9 * _DAY),
    (("sort_lead", "investigate"), 5 * _DAY),
    ((*_STANDING, "dispatch", "acknowledge"), 5 * _DAY),
    ((*_STANDING, "dispatch"), 4 * _DAY),
    (("sort", "assign"), 3 * _DAY),
    (("sort",), 2 * _DAY),
    ((), 1.8 * _DAY),
    ((), 1 * _DAY),
    ((), 1 * _DAY),
)
"""Fates dealt to the first cases of at most such an age, so that even a quiet city has them: under
embargo, released, with the unit, late, waiting to be decided."""

_PAUSES: dict[str, tuple[float, float]] = {
    "decide": (4, 40),
    "reply": (2, 30),
    "sort": (1, 14),
    "sort_lead": (1, 6),
    "settle": (2, 22),
    "stand": (2, 22),
    "no_answer": (2, 7),
    "check": (8, 36),
    "dispatch": (2, 20),
    "acknowledge": (2, 20),
    "answer": (20, 110),
    "accept": (5, 70),
    "protest": (5, 70),
    "investigate": (20, 60),
    "release": (24, 72),
}
_USUAL_PAUSE = (4.0, 40.0)
_FORGOTTEN = 0.08
"""How likely a case stays lying at some step, and runs late."""
_USUAL = ("sort", "stand", "dispatch", "answer", "decide", "reply")
_FINDINGS = {
    "verify": Finding.VERIFIED,
    "verify_partly": Finding.PARTLY,
    "find_unfounded": Finding.UNFOUNDED,
    "void": Finding.UNFOUNDED,
}
_ABOUT_CONDUCT = ("214", "115", "213")
_MORNING, _NIGHT = 8, 21


@dataclass
class Docket:
    """The city's bad ratings and who works them, up to `now`."""

    staff: Staff
    seed: int
    now: datetime
    report: Report
    by: Actor

    def walk_recent(self, *, at_most: int) -> None:
        """Carry the latest bad ratings through the real actions."""
        recent = ratings_without_case().filter(recorded_at__gt=self.now - RECENT).order_by("-pk")
        latest = list(recent.select_related("unit__area__parent", "season", "contact")[:at_most])
        special = list(SPECIAL)
        for rating in reversed(latest):
            fate = None
            if special and self.now - rating.recorded_at <= special[0][1]:
                fate = special.pop(0)[0]
            with transaction.atomic():
                self._walk(rating, self._luck(rating), fate)
            self.report.advance()
        actions.close_unjudged_cases(by=SYSTEM, at=self.now)

    def _walk(self, rating: Rating, rng: random.Random, fate: tuple[str, ...] | None) -> None:
        case = actions.open_case(rating=rating, by=SYSTEM, at=rating.recorded_at)
        steps = (
            fate if fate is not None else _drawn(CALLED if may_be_called(case) else CHECKED, rng)
        )
        if fate is None and rng.random() < _FORGOTTEN:
            steps = steps[: rng.randrange(len(steps))]
        said = {**SAID, **words.records(rng)}
        if "find_unfounded" in steps:
            said |= {"decision": said["unfounded"], "reply": said["reply_unfounded"]}
        walk = Walk(case, self._hands(case), said, _kind(rating, steps, rng), rating.recorded_at)
        for step in steps:
            walk = replace(walk, at=_later(walk.at, _PAUSES.get(step, _USUAL_PAUSE), rng))
            if walk.at >= self.now:
                return
            try:
                STEPS[step](walk)
            except Refusal:  # what luck drew is not open to this case: it stays where it is
                return

    def _hands(self, case: Case) -> Hands:
        area = case.area
        return Hands(
            sorter=self.staff.of(Role.SORTER, area),
            caller=self.staff.of(Role.CALLER, area),
            manager=self.staff.of(Role.CASE_MANAGER, area),
            inspector=self.staff.of(Role.INSPECTOR, area),
            unit=self.staff.admin(case.unit),
            second=self.staff.second,
        )

    def close_old(self, *, keep: int) -> None:
        """Close in bulk every case but the latest `keep` of recent weeks."""
        recent = ratings_without_case().filter(recorded_at__gt=self.now - RECENT)
        kept = recent.order_by("-pk").values_list("pk", flat=True)[:keep]
        old = ratings_without_case()
        if kept:
            old = old.filter(pk__lt=min(kept))
        old = old.select_related("unit__area__parent", "season", "contact")
        while chunk := list(old[:_CHUNK]):
            self._close(chunk)

    def _close(self, chunk: list[Rating]) -> None:
        with transaction.atomic():
            numbers = bulk.numbers([rating.recorded_at for rating in chunk])
            scheme_on = cache(lambda day: rules_on(day).scheme.name)
            batches: dict[tuple[date, str], list[PastCase]] = defaultdict(list)
            for number, rating in zip(numbers, chunk, strict=True):
                past = self._past(number, rating)
                day = past.closed_at.astimezone(SHANGHAI).date()
                batches[day, scheme_on(rating.day)].append(past)
            for (day, scheme), batch in sorted(batches.items()):
                at = min(datetime.combine(day, time(23, 30), SHANGHAI), self.now)
                rules = rulebook.scheme(scheme)
                bulk.load_closed(batch=batch, scheme=rules, by=self.by, at=at)
                self.report.advance(len(batch))

    def _past(self, number: str, rating: Rating) -> PastCase:
        """The rating's case, closed by now."""
        rng = self._luck(rating)
        contact = getattr(rating, "contact", None)
        called = contact is not None and contact.call_back
        steps = _drawn(CALLED if called else CHECKED, rng)
        said = words.records(rng)
        finding = _finding(steps)
        settled = finding is None
        gaps = (0, *(rng.uniform(*_PAUSES[step]) for step in _USUAL), 170)
        moments = self._moments(rating.recorded_at, gaps[:3] if settled else gaps)
        opened, sorted_at, heard, *later = moments
        sent, answered, decided, replied, closed = later or (heard,) * 5
        area = office_of(rating.unit)
        admin = admin_login(rating.unit.code)
        sorter, caller, manager = (
            self.staff.of(role, area).username
            for role in (Role.SORTER, Role.CALLER, Role.CASE_MANAGER)
        )
        unfounded = finding is Finding.UNFOUNDED
        handled = Handled(
            Said(sent, manager, said["dispatch"]),
            Said(answered, admin, said["account"]),
            said["measures"],
        )
        return PastCase(
            number=number,
            rating_id=rating.pk,
            unit_id=rating.unit_id,
            point_id=rating.point_id,
            area_id=area.pk,
            kind=_kind(rating, steps, rng),
            opened_at=opened,
            sorting=Said(sorted_at, sorter, said["sorting"]),
            call=Said(heard, caller, "" if settled else said["call"]) if called else None,
            check=None if called else Said(heard, manager, said["check"]),
            handled=handled if "dispatch" in steps else None,
            finding=finding,
            decision=None
            if settled
            else Said(decided, manager, said["unfounded" if unfounded else "decision"]),
            reply=Said(heard, caller, said["settled"])
            if settled
            else Said(replied, caller, said["reply_unfounded" if unfounded else "reply"]),
            closed_at=closed,
        )

    def _moments(self, opened: datetime, gaps: Iterable[float]) -> list[datetime]:
        """`gaps` hours after one another from `opened`, drawn together to end before now."""
        ends = list(itertools.accumulate(gaps))
        room = (self.now - opened) / timedelta(hours=ends[-1])
        return [opened + timedelta(hours=hours) * min(1.0, room * 0.98) for hours in ends]

    def _luck(self, rating: Rating) -> random.Random:
        return random.Random(f"{self.seed}/case/{rating.key}")  # noqa: S311


def _drawn(fates: Mapping[tuple[str, ...], int], rng: random.Random) -> tuple[str, ...]:
    return rng.choices(list(fates), list(fates.values()))[0]


def _finding(steps: Iterable[str]) -> Finding | None:
    """What a case that went so was found to be; None if it was settled. Nothing is void in bulk:
    a void takes its rating out of the tallies, which is an act of its own."""
    last = [_FINDINGS[step] for step in steps if step in _FINDINGS]
    return last[-1] if last else None


def _kind(rating: Rating, steps: Iterable[str], rng: random.Random) -> Kind:
    """What it is about: as she ticked it, or something that costs nobody points."""
    if "void" in steps:
        return Kind.MISTAKEN
    if "find_unfounded" in steps:
        return rng.choice((Kind.POLICY, Kind.FACILITY, Kind.PROCESS, Kind.NOT_OURS))
    if "sort_lead" in steps or rating.reasons[:3] in _ABOUT_CONDUCT:
        return Kind.CONDUCT
    return rng.choice((Kind.CONDUCT, Kind.PROCESS, Kind.PROCESS))


def _later(moment: datetime, pause: tuple[float, float], rng: random.Random) -> datetime:
    """A pause later; at night nobody works, so the next morning then."""
    later = (moment + timedelta(hours=rng.uniform(*pause))).astimezone(SHANGHAI)
    if later.hour >= _NIGHT:
        later += timedelta(hours=_MORNING + 24 - _NIGHT)
    elif later.hour < _MORNING:
        later += timedelta(hours=_MORNING)
    return later
