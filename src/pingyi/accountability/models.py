"""Measures on persons, and duties that follow from the rules: facts, never edited.

A person's name is personal data: encrypted, found again by a keyed hash, masked on every list, and
shown in full only by an action that logs the reading.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pingyi.accountability.names import NAME, name_form
from pingyi.accountability.terms import (
    MeasureKind,
    MeasureRulingKind,
    On,
    Origin,
    Outcome,
    Responsibility,
    State,
    What,
    whats,
)
from pingyi.audit.personal import Encrypted
from pingyi.casework.models import Case, Fact
from pingyi.clocks.models import Deadline, Escalation, Pause, TimeRequest
from pingyi.clocks.names import ClockName
from pingyi.directory.models import Area, Post, Season, ServicePoint, Unit
from pingyi.people.permissions import scope_of
from pingyi.supervision.models import Finding

if TYPE_CHECKING:
    from pingyi.people.models import User


PROMISE = ClockName.PROMISE.value
"""The clock that runs from an explanation to the date promised in it."""


def _choices(terms: Any) -> list[tuple[str, str]]:
    return [(term.value, term.zh) for term in terms]


def _units_below(units: Any, path: str = "unit") -> Q:
    """Of these units, or one below them: three levels deep at most."""
    found = Q()
    for way in (path, f"{path}__parent", f"{path}__parent__parent"):
        found |= Q(**{f"{way}__in": units})
    return found


class Person(models.Model):
    """Somebody of a unit who was named in a case or is held to account; known by name and unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="persons")
    name_cipher = models.BinaryField()
    name_print = models.BinaryField(max_length=20)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)

    personal = (Encrypted("name_cipher", NAME, fingerprint="name_print", form=name_form),)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name_print"], name="person_once_per_unit")
        ]

    def __str__(self) -> str:
        return f"P-{self.pk}"


class Naming(Fact):
    """The verified case names this person as the first responsible (首问责任人).

    `withdrawn_at` and `withdrawn_by` say that it did so by mistake.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="namings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="namings")
    post = models.CharField(max_length=60, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["case", "person"],
                condition=Q(withdrawn_at__isnull=True),
                name="naming_once_per_case",
                violation_error_message="The case names this person already.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="naming_withdrawn_who_and_when",
                violation_error_message="“withdrawn” needs both who and when.",
            ),
        ]


class MeasureQuerySet(models.QuerySet[Any]):
    """Measures, as far as the asker may see them."""

    def visible_to(self, user: User) -> MeasureQuerySet:
        """The inspectors of the area; nobody those of a unit they serve themselves."""
        found = self.filter(scope_of(user, "measure.read").over(area="area"))
        own = scope_of(user, "case.answer").units
        return found.exclude(_units_below(own, "person__unit")) if own else found

    def told_to(self, user: User) -> MeasureQuerySet:
        """Those on persons of the user's units, once the unit was notified: under embargo none is,
        and what it was told before it goes on reading."""
        told = MeasureRuling.objects.filter(
            measure=OuterRef("pk"), ruling=MeasureRulingKind.NOTIFIED.value
        )
        units = scope_of(user, "measure.notified").units
        return self.filter(Exists(told), person__unit__in=units).counting()

    def counting(self, at: datetime | None = None) -> MeasureQuerySet:
        """Those not annulled, now or at `at`."""
        annulled = MeasureRuling.objects.filter(
            measure=OuterRef("pk"), ruling=MeasureRulingKind.ANNULLED.value
        )
        if at is None:
            return self.exclude(Exists(annulled))
        return self.filter(at__lte=at).exclude(Exists(annulled.filter(at__lte=at)))

    def public(self) -> MeasureQuerySet:
        """Without those of a case under embargo: what a bulletin may count."""
        return self.filter(Q(case__isnull=True) | Q(case__embargoed=False))


class Measure(Fact):
    """What an organ decided on a person, on a day, for what responsibility, going back to what.

    `area` is the district whose inspectors keep it. `source` is the number of the paper or release.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="measures")
    post = models.CharField(max_length=60)
    responsibility = models.CharField(max_length=20, choices=_choices(Responsibility))
    kind = models.CharField(max_length=30, choices=_choices(MeasureKind))
    organ = models.CharField(max_length=100)
    on = models.DateField()
    origin = models.CharField(max_length=10, choices=_choices(Origin))
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="measures"
    )
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, null=True, blank=True, related_name="measures"
    )
    source = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="measures")

    objects = MeasureQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(case__isnull=False) | ~Q(origin=Origin.CASE.value))
                & (Q(finding__isnull=False) | ~Q(origin=Origin.FINDING.value)),
                name="measure_with_its_source",
                violation_error_message="A measure from a case or a finding names it.",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "on"], name="measure_by_area"),
            models.Index(fields=["on", "kind"], name="measure_by_day"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """How papers cite it, as `M-17`."""
        return f"M-{self.pk}"

    @property
    def of_kind(self) -> MeasureKind:
        return MeasureKind(self.kind)

    @property
    def rulings_given(self) -> set[str]:
        """Reads `rulings`, prefetched on lists."""
        return {one.ruling for one in self.rulings.all()}


class MeasureRuling(Fact):
    """What came later: the unit was notified, or the measure annulled."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="rulings")
    ruling = models.CharField(max_length=10, choices=_choices(MeasureRulingKind))
    reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["measure", "ruling"],
                name="measureruling_once",
                violation_error_message="This was ruled already.",
            ),
        ]


def _citable(user: User) -> models.QuerySet[Case]:
    """The cases whose number the user may read: under embargo those they may see."""
    seen = Case.objects.visible_to(user).filter(embargoed=True).values("pk")
    return Case.objects.filter(Q(embargoed=False) | Q(pk__in=seen))


def citing(text: str, user: User) -> Q:
    """Duties that rest on something called so, as far as the user may know of it."""
    cited = _citable(user).filter(number__icontains=text)
    return Q(refs__icontains=text) | Q(Exists(cited.filter(citing_duties=OuterRef("pk"))))


def _joint(units: Q) -> Exists:
    """Whether one of such units takes part in the duty, together with others."""
    return Exists(Duty.heads.through.objects.filter(units, duty=OuterRef("pk")))


def of_unit_called(text: str) -> Q:
    """Duties of a unit with this in its name, be it one of several."""
    return Q(unit__name__icontains=text) | Q(_joint(Q(unit__name__icontains=text)))


class DutyQuerySet(models.QuerySet[Any]):
    """Duties, as far as the asker may see them, and the late ones."""

    def visible_to(self, user: User) -> DutyQuerySet:
        """Office, inspectors and leaders their areas', but nobody's own unit's. It rests on
        nothing that is under embargo: what came under it later stays as it was."""
        found = self.filter(scope_of(user, "duty.read").over(area="area"))
        own = scope_of(user, "case.answer").units
        return found.exclude(_units_below(own) | _joint(_units_below(own))) if own else found

    def told_to(self, user: User) -> DutyQuerySet:
        """A unit's own, once it was decided that something is to be done."""
        units = scope_of(user, "duty.own").units
        decided = [State.ACCEPTED.value, State.DONE.value]
        mine = Q(unit__in=units) | _joint(Q(unit__in=units))
        return self.filter(mine, state__in=decided)

    def late(self, at: datetime) -> DutyQuerySet:
        """Decided, not done or with a promise not kept, and overdue at `at`."""
        clocks = DutyClock.objects.late(at).filter(duty=OuterRef("pk"))
        return self.filter(Exists(clocks))

    def waiting_for_a_second(self) -> DutyQuerySet:
        """Those for which more time was asked, and nobody has decided."""
        asked = DutyTimeRequest.objects.waiting().filter(clock__duty=OuterRef("pk"))
        return self.filter(Exists(asked))

    def with_cases(self, user: User) -> DutyQuerySet:
        """With `seen_cases`, the cases each rests on, without those under embargo that the user
        may not see; one query more."""
        return self.prefetch_related(
            models.Prefetch("cases", _citable(user).order_by("number"), to_attr="seen_cases")
        )

    def with_heads(self) -> DutyQuerySet:
        """With the units that act together and which of them did; a constant number of queries."""
        return self.prefetch_related("heads", "parts")

    def with_due(self) -> DutyQuerySet:
        """With `due_at`, when it is to be done, None before it is decided; and with the clocks,
        what was asked for them and who was told, for `running_clock`."""
        running = DutyClock.objects.running().filter(duty=OuterRef("pk")).order_by("pk")
        found: DutyQuerySet = self.annotate(due_at=models.Subquery(running.values("due_at")[:1]))
        return found.prefetch_related("clocks__requests", "clocks__escalations")


class Duty(models.Model):
    """What a rule says should follow from facts: proposed, decided by a person, done or overdue.

    `rule` is the clause's id, `words` and `source` its text and document as they were; `what` are
    comma-joined codes of `terms.What`. `ground` names what it follows from; with `rule` it is
    unique, so that nothing is proposed twice. `cases` and `refs` are what it rests on: a case may
    come under embargo later, so who sees which is asked anew each time. `heads` are the units
    that carry it out together, `unit` the first of them; none where it is `unit` alone. `point` is
    a window of the unit, `post` a badge, where it is about that alone. `area` is the office's
    district, or the city where units of several districts act. `state` moves by compare-and-set.
    """

    rule = models.CharField(max_length=60)
    words = models.TextField()
    source = models.TextField(blank=True)
    scheme = models.CharField(max_length=60)
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="duties")
    what = models.CharField(max_length=200)
    on = models.CharField(max_length=10, choices=_choices(On))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties")
    heads = models.ManyToManyField(Unit, related_name="joint_duties")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    ground = models.CharField(max_length=200)
    refs = models.CharField(max_length=500, blank=True)
    cases = models.ManyToManyField(Case, related_name="citing_duties")
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    matter = models.CharField(max_length=100, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="duties")
    state = models.CharField(max_length=10, choices=_choices(State), default=State.PROPOSED.value)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "ground"], name="duty_once_per_rule_and_ground")
        ]
        indexes = [
            models.Index(fields=["area", "state"], name="duty_desk"),
            models.Index(fields=["unit", "state"], name="duty_of_unit"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """How papers cite it, as `D-17`."""
        return f"D-{self.pk}"

    @property
    def units(self) -> list[Unit]:
        """The units that act: several together, or one; reads `heads`."""
        return list(self.heads.all()) or [self.unit]

    @property
    def is_joint(self) -> bool:
        return len(self.units) > 1

    @property
    def to_act(self) -> list[Unit]:
        """Those of them whose part is not done; reads `parts`."""
        done = {part.unit_id for part in self.parts.all()}
        return [unit for unit in self.units if unit.pk not in done]

    @property
    def running_clock(self) -> DutyClock | None:
        """The clock that runs; reads `clocks`, prefetched on lists."""
        return next((clock for clock in self.clocks.all() if clock.is_running), None)

    @property
    def promise(self) -> DutyClock | None:
        """The promised date, as long as it was not kept; reads `clocks`."""
        clock = self.running_clock
        return clock if clock is not None and clock.rule == PROMISE else None

    @property
    def promised_on(self) -> date | None:
        """The date that was promised; reads `fulfilment`."""
        fulfilment = getattr(self, "fulfilment", None)
        return fulfilment.promised if fulfilment is not None else None

    @property
    def takes_a_date(self) -> bool:
        """Whether it is done only with a date promised; reads `decision`."""
        decision = getattr(self, "decision", None)
        as_proposed = decision is not None and decision.outcome == Outcome.ACCEPTED
        return as_proposed and What.EXPLAIN in self.whats

    @property
    def whats(self) -> list[What]:
        return list(whats(self.what))

    @property
    def at_state(self) -> State:
        return State(self.state)


class Decision(Fact):
    """What a person decided on a duty: as proposed, something else (`words`), or nothing."""

    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10, choices=_choices(Outcome))
    words = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.OTHER.value) | ~Q(words=""),
                name="decision_other_says_what",
                violation_error_message="Something else: say what.",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.ACCEPTED.value) | ~Q(reason=""),
                name="decision_against_says_why",
                violation_error_message="A decision against the proposal says why.",
            ),
        ]


class Fulfilment(Fact):
    """That it was done: on which day, where, and what proves it; `promised` is the date that a
    person was told her late matter will be done by."""

    duty = models.OneToOneField(Duty, on_delete=models.PROTECT, related_name="fulfilment")
    on = models.DateField()
    place = models.CharField(max_length=200)
    evidence = models.TextField(blank=True)
    promised = models.DateField(null=True, blank=True)


class Part(Fact):
    """What one of several units did of what they do together: the whole is done with the last."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="parts_of_duties")
    on = models.DateField()
    place = models.CharField(max_length=200)
    evidence = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["duty", "unit"],
                name="part_once_per_unit",
                violation_error_message="This unit did its part already.",
            ),
        ]


class DutyClock(Deadline):
    """By when a decided duty is to be done, or what was promised."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="clocks")

    class Meta(Deadline.Meta):
        ordering = ["id"]


class DutyEscalation(Escalation):
    """A step of a duty's clock that was raised."""

    clock = models.ForeignKey(DutyClock, on_delete=models.PROTECT, related_name="escalations")


class DutyPause(Pause):
    """A duty's clock stood still."""

    clock = models.ForeignKey(DutyClock, on_delete=models.PROTECT, related_name="pauses")


class DutyTimeRequest(Fact, TimeRequest):
    """More time for a duty: the unit asks, or who decides on duties; another of these decides."""

    clock = models.ForeignKey(DutyClock, on_delete=models.PROTECT, related_name="requests")

    class Meta(Fact.Meta):
        constraints = [*Fact.Meta.constraints, *TimeRequest.Meta.constraints]
