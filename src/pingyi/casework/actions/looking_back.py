"""Look-backs: drawn or chosen from closed cases, carried out by somebody new, unannounced."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time

from django.db.models import Exists, OuterRef
from django.utils.timezone import make_aware

from pingyi.audit.actions import Actor, action, record
from pingyi.casework import policies, reasons, rules
from pingyi.casework.actions.deciding import pronounce
from pingyi.casework.actions.steps import chosen, record_step, required, take
from pingyi.casework.messages import tell_the_unit_of
from pingyi.casework.models import Case, Verdict
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.reasons import NOTHING_TO_LOOK_AT, NotNow
from pingyi.casework.sampling import draw
from pingyi.casework.second_looks import LookBack, Sample
from pingyi.casework.states import ALONE, Finding, Kind, Stage, State, Way
from pingyi.casework.wording import unfit_for_unit
from pingyi.clocks.calendar import city_calendar
from pingyi.people.models import User
from pingyi.people.permissions import scope_of


def look_back_pool(user: User, stage: Stage, closed_from: date, closed_to: date) -> CaseQuerySet:
    """Closed cases of the user's area with something to put right, closed on these days (both
    included), not picked for this stage before nor waiting to be looked at."""
    standing = Verdict.objects.counting().filter(
        case=OuterRef("pk"), finding__in=[finding.value for finding in ALONE]
    )
    before = LookBack.objects.filter(case=OuterRef("pk"))
    found: CaseQuerySet = Case.objects.filter(
        scope_of(user, "case.decide").over(area="area"),
        Exists(standing),
        ~Exists(before.filter(stage=stage.value)),
        ~Exists(before.filter(done_at__isnull=True)),
        state=State.CLOSED.value,
        embargoed=False,
        closed_at__gte=make_aware(datetime.combine(closed_from, time.min)),
        closed_at__lte=make_aware(datetime.combine(closed_to, time.max)),
    )
    return found.strange_to(user)


@action("sample.draw")
def draw_sample(
    *,
    stage: Stage | str,
    closed_from: date,
    closed_to: date,
    wanted: int,
    seed: str = "",
    by: User,
    at: datetime,
) -> Sample:
    """Draw `wanted` cases at random to look back at. The seed, made up unless given, and the
    numbers drawn from are kept, so that the draw can be repeated."""
    stage = chosen(Stage, stage, "stage")
    pool = look_back_pool(by, stage, closed_from, closed_to)
    cases = {case.number: case for case in pool.select_related("area__parent", "rating__season")}
    if not cases:
        raise NotNow(NOTHING_TO_LOOK_AT)
    sample = Sample.objects.create(
        stage=stage.value,
        seed=seed or secrets.token_hex(8),
        closed_from=closed_from,
        closed_to=closed_to,
        wanted=wanted,
        population=sorted(cases),
        at=at,
        by=by.audit_name,
    )
    picked = draw(sample.population, sample.seed, wanted)
    for number in picked:
        _pick(cases[number], stage, sample, by=by, at=at)
    record(sample, seed=sample.seed, of=len(cases), drawn=len(picked))
    return sample


@action("case.pick")
def pick_look_back(*, case: Case, stage: Stage | str, by: Actor, at: datetime) -> LookBack:
    """Choose a closed case. Its clock counts from the closing; where that time is over already,
    from now."""
    return _pick(case, chosen(Stage, stage, "stage"), None, by=by, at=at)


def _pick(case: Case, stage: Stage, sample: Sample | None, *, by: Actor, at: datetime) -> LookBack:
    closed = case.closed_at or at
    length = rules.scheme_of(case).clocks.get(f"look_back_{stage.value}")
    over = length is not None and (
        city_calendar().due_at(closed, length.amount, length.unit).at < at
    )
    step = take("pick_look_back", case, by=by, at=at, grade=stage, since=at if over else closed)
    made = LookBack.objects.create(
        case=case, sample=sample, stage=stage.value, at=at, by=by.audit_name
    )
    record_step(case, step, made, stage=stage.value)
    return made


@action("case.look_back")
def record_look_back(
    *, case: Case, way: Way | str, put_right: bool, note: str, by: Actor, at: datetime
) -> LookBack:
    """What somebody new to the case found. Put right: noted. If not, the case is reopened at the
    next level of responsibility, and found against the unit once more: the scheme says whether
    that costs points. The unit reads the note then."""
    way, text = chosen(Way, way, "way"), required(note, "note")
    unfit = unfit_for_unit(text, case, field="note")
    if unfit is not None:
        raise reasons.Incomplete(unfit)
    if put_right:
        step = take("look_back_kept", case, by=by, at=at)
    else:
        step = take("look_back_failed", case, by=by, at=at, round=case.round + 1)
    look = policies.open_look_back(case)
    assert look is not None
    look.done_at, look.done_by = at, by.audit_name
    look.way, look.put_right, look.note = way.value, put_right, text
    look.save(update_fields=["done_at", "done_by", "way", "put_right", "note"])
    if put_right:
        record_step(case, step, about=look)
        return look
    before = case.verdicts.counting().last()
    assert before is not None
    verdict = pronounce(
        case,
        finding=Finding(before.finding),
        kind=Kind(before.kind),
        reason=text,
        unit=before.unit,
        by=by,
        at=at,
    )
    level = case.responsibility.value
    record_step(case, step, verdict, about=look, responsibility=level)
    tell_the_unit_of(verdict, by=by, at=at)
    return look
