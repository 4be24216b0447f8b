"""Many cases at once, written straight into the tables: for counting queries, not for stories."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from pingyi.casework.models import CallAttempt, Case, CaseClock, Dispatch, Referral
from pingyi.casework.states import State
from pingyi.kernel.codes import new_receipt
from pingyi.ratings.models import Rating
from tests.casework.world import AT, World

_RULES = {"with_unit": "handle_simple", "referred": "referral"}


def many_cases(world: World, state: State, count: int, *, at: datetime = AT) -> list[Case]:
    """`count` cases of the brigade in `state`, each with a rating and a running clock."""
    start = Case.objects.count()
    ratings = Rating.objects.bulk_create(
        Rating(
            key=uuid.uuid4(),
            digest=b"0" * 16,
            receipt=new_receipt(),
            point=world.point,
            unit=world.brigade,
            season=world.season,
            level=2,
            reasons="214",
            comment=f"comment {n}",
            recorded_at=at,
            day=at.date(),
        )
        for n in range(count)
    )
    cases = Case.objects.bulk_create(
        Case(
            number=f"2026-9{start + n:05}",
            rating=rating,
            unit=world.brigade,
            point=world.point,
            area=world.district,
            state=state.value,
            kind="conduct",
            opened_at=at,
            closed_at=at if state is State.CLOSED else None,
        )
        for n, rating in enumerate(ratings)
    )
    CaseClock.objects.bulk_create(
        CaseClock(
            case=case,
            rule=_RULES.get(state.value, "verify"),
            amount=1,
            unit="days",
            started_at=at,
            due_at=at + timedelta(days=1, minutes=n),
        )
        for n, case in enumerate(cases)
    )
    _facts(world, cases, at)
    return cases


def _facts(world: World, cases: list[Case], at: datetime) -> None:
    CallAttempt.objects.bulk_create(
        CallAttempt(case=case, outcome="no_answer", at=at, by="caller") for case in cases
    )
    if cases[0].state == State.WITH_UNIT:
        Dispatch.objects.bulk_create(
            Dispatch(
                case=case, unit=world.brigade, words="words", grade="simple", at=at, by="manager"
            )
            for case in cases
        )
    if cases[0].state == State.REFERRED:
        Referral.objects.bulk_create(
            Referral(case=case, area=world.district, reason="reason", at=at, by="manager")
            for case in cases
        )
