"""Deadlines that a calendar moves, as the reader may see them: of what, by which rule, from, to.

What somebody may not see is left out, and counted nowhere: a case under embargo shows in no list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.accountability.models import Duty, DutyClock
from pingyi.audit.actions import kind_of
from pingyi.casework.models import Case, CaseClock
from pingyi.clocks.actions import Moved
from pingyi.clocks.models import CalendarMove
from pingyi.letters.models import LetterClock, Recipient
from pingyi.people.models import User
from pingyi.privacy.models import RequestClock
from pingyi.privacy.requests import within_reach
from pingyi.supervision.models import RectificationItem
from pingyi.supervision.models.rectification import ItemClock
from pingyi.web.components.case_cells import clock_name


@dataclass(frozen=True)
class Move:
    """One deadline, moved or about to be."""

    what: str | Promise
    name: str
    url: str
    rule: str
    was: datetime
    due_at: datetime
    confirmed: bool

    @property
    def later(self) -> bool:
        return self.due_at > self.was

    @property
    def earlier(self) -> bool:
        return self.due_at < self.was


@dataclass(frozen=True)
class _Kind:
    """What a kind of clock runs on, and which of them a user sees."""

    what: str | Promise
    visible: Callable[[User, Iterable[int]], QuerySet[Any]]
    name: Callable[[Any], str]
    url: Callable[[Any], str]


def _cases(user: User, clocks: Iterable[int]) -> QuerySet[CaseClock]:
    seen = Case.objects.overseen_by(user)
    return CaseClock.objects.filter(pk__in=clocks, case__in=seen).select_related("case")


def _letters(user: User, clocks: Iterable[int]) -> QuerySet[LetterClock]:
    seen = Recipient.objects.overseen_by(user)
    found = LetterClock.objects.filter(pk__in=clocks, recipient__in=seen)
    return found.select_related("recipient__letter", "recipient__unit")


def _items(user: User, clocks: Iterable[int]) -> QuerySet[ItemClock]:
    seen = RectificationItem.objects.visible_to(user)
    return ItemClock.objects.filter(pk__in=clocks, item__in=seen).select_related("item__of")


def _duties(user: User, clocks: Iterable[int]) -> QuerySet[DutyClock]:
    seen = Duty.objects.visible_to(user)
    return DutyClock.objects.filter(pk__in=clocks, duty__in=seen).select_related("duty__unit")


def _requests(user: User, clocks: Iterable[int]) -> QuerySet[RequestClock]:
    seen = within_reach(user).values("pk")
    return RequestClock.objects.filter(pk__in=clocks, request__in=seen)


KINDS: dict[str, _Kind] = {
    kind_of(model): kind  # type: ignore[arg-type]
    for model, kind in {
        CaseClock: _Kind(
            _("案件"),
            _cases,
            lambda clock: clock.case.number,
            lambda clock: reverse("office:case", args=[clock.case.number]),
        ),
        LetterClock: _Kind(
            _("函件"),
            _letters,
            lambda clock: f"{clock.recipient.letter} · {clock.recipient.unit.name}",
            lambda clock: reverse(
                "office:letter-recipient", args=[clock.recipient.letter_id, clock.recipient.pk]
            ),
        ),
        ItemClock: _Kind(
            _("整改事项"),
            _items,
            lambda clock: f"{clock.item.of.title} · {clock.item.number}",
            lambda clock: reverse("office:rectification-item", args=[clock.item.pk]),
        ),
        DutyClock: _Kind(
            _("问责建议"),
            _duties,
            lambda clock: clock.duty.unit.name,
            lambda clock: reverse("office:duty", args=[clock.duty.pk]),
        ),
        RequestClock: _Kind(
            _("信息请求"),
            _requests,
            lambda clock: str(clock.request_id),
            lambda clock: reverse("office:request", args=[clock.request_id]),
        ),
    }.items()
}
"""Every kind of clock; a test holds it to the models there are."""


def of_preview(found: Iterable[Moved], user: User) -> list[Move]:
    """What would move, as far as the user may see it, the earliest deadline first."""
    rows = [(kind_of(one.clock), one.clock.pk, one.clock.rule, one) for one in found]
    return _as_seen(rows, user)


def of_change(found: Iterable[CalendarMove], user: User) -> list[Move]:
    """What a change has moved, as far as the user may see it now."""
    return _as_seen([(one.kind, one.clock, one.rule, one) for one in found], user)


def _as_seen(rows: list[tuple[str, int, str, Any]], user: User) -> list[Move]:
    by_kind: Mapping[str, set[int]] = defaultdict(set)
    for kind, clock, _rule, _one in rows:
        by_kind[kind].add(clock)
    seen: dict[tuple[str, int], Model] = {
        (kind, clock.pk): clock
        for kind, clocks in by_kind.items()
        for clock in KINDS[kind].visible(user, clocks)
    }
    moves = [
        Move(
            what=KINDS[kind].what,
            name=KINDS[kind].name(seen[kind, clock]),
            url=KINDS[kind].url(seen[kind, clock]),
            rule=clock_name(rule),
            was=one.was,
            due_at=one.due_at,
            confirmed=one.confirmed,
        )
        for kind, clock, rule, one in rows
        if (kind, clock) in seen
    ]
    return sorted(moves, key=lambda move: (move.due_at, move.name))


def by_rule(moves: Iterable[Move]) -> list[tuple[str, str, int]]:
    """How many of each kind and rule, the most first."""
    counts = Counter((str(move.what), move.rule) for move in moves)
    return [(what, rule, n) for (what, rule), n in counts.most_common()]
