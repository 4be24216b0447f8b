"""Cases and the facts that gather on them: appended, stamped with who and when, never edited.

Whoever acted is text, as in the events. Free words of the rater (`Rejudgement.words`) are for the
office alone; what the unit reads is `Dispatch.words`, the office's own.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pingyi.casework.origins import Origin
from pingyi.casework.querysets import CaseQuerySet, VerdictQuerySet
from pingyi.casework.states import (
    CallOutcome,
    Finding,
    Grade,
    Ground,
    Handling,
    Kind,
    Priority,
    Responsibility,
    State,
)
from pingyi.clocks.models import Deadline, Pause
from pingyi.clocks.models import stamped as _stamped
from pingyi.directory.models import Area, ServicePoint, Unit
from pingyi.kernel.terms import Term
from pingyi.people.models import User
from pingyi.ratings.models import Rating


def _choices(terms: type[Term]) -> list[tuple[str, str]]:
    return [(term.value, term.zh) for term in terms]


class CaseCounter(models.Model):
    """The last case number given in a year. Counted within the opening's transaction: no gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Case(models.Model):
    """One bad rating, or what else gave cause (`origin`), on its way to an answer.

    `state` moves by compare-and-set along the table in `states`. `area` is the district whose
    office works it. `kind` is what the sorter, later the verdict, says it is about. `embargoed`
    hides it, its score line too, from all but the inspectors until they release it. `round` is how
    often a look-back has found nothing put right. `assignee` is who at the office sees to it: the
    latest `Assignment`; any other may still take its steps.
    """

    number = models.CharField(max_length=20, unique=True)
    rating = models.OneToOneField(
        Rating, on_delete=models.PROTECT, null=True, blank=True, related_name="case"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="cases")
    origin = models.CharField(max_length=20, default=Origin.RATING.value, choices=_choices(Origin))
    state = models.CharField(max_length=20, choices=_choices(State))
    kind = models.CharField(max_length=20, blank=True, choices=_choices(Kind))
    priority = models.CharField(max_length=20, blank=True, choices=_choices(Priority))
    embargoed = models.BooleanField(default=False)
    round = models.PositiveSmallIntegerField(default=0)
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "area"], name="case_desk"),
            models.Index(fields=["unit", "id"], name="case_of_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.CLOSED.value, closed_at__isnull=False)
                | (~Q(state=State.CLOSED.value) & Q(closed_at__isnull=True)),
                name="case_closed_with_time",
                violation_error_message="A closed case, and no other, says when it was closed.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def responsibility(self) -> Responsibility:
        """The level that answers for it now (A): direct, leadership, main responsibility, one up
        with each failed look-back (DOMAIN §1.14)."""
        levels = list(Responsibility)
        return levels[min(self.round, len(levels) - 1)]

    @property
    def at_state(self) -> State:
        return State(self.state)

    @property
    def contact(self) -> Any:
        """What could name whoever gave cause: the rating's `Contact`, or the source; or None."""
        if self.rating is not None:
            return getattr(self.rating, "contact", None)
        return getattr(self, "source", None)


class CaseClock(Deadline):
    """A case's deadline."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")

    class Meta(Deadline.Meta):
        ordering = ["id"]
        constraints = [
            *Deadline.Meta.constraints,
            models.UniqueConstraint(
                fields=["case", "rule"],
                condition=Q(met_at__isnull=True, stopped_at__isnull=True),
                name="caseclock_one_running",
                violation_error_message="This clock is running already.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case", "due_at"],
                condition=Q(met_at__isnull=True, stopped_at__isnull=True),
                name="caseclock_running",
            ),
        ]


class CasePause(Pause):
    """A case's clock stood still."""

    clock = models.ForeignKey(CaseClock, on_delete=models.PROTECT, related_name="pauses")


class Fact(models.Model):
    """What every fact on a case has: who and when."""

    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=""),
                name="%(class)s_by_someone",
                violation_error_message="A fact says who stated it.",
            )
        ]


class AssignmentManager(models.Manager["Assignment"]):
    """Each with whom it was given to: the story names them."""

    def get_queryset(self) -> models.QuerySet[Assignment]:
        return super().get_queryset().select_related("assignee")


class Assignment(Fact):
    """Given to somebody of the office to see to; the latest counts."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    reason = models.TextField(blank=True)

    objects = AssignmentManager()


class Sorting(Fact):
    """How the case was sorted: its kind, whether it is a lead on corruption, and a note."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="sorting")
    kind = models.CharField(max_length=20, choices=_choices(Kind))
    lead = models.BooleanField(default=False)
    note = models.TextField(blank=True)


class CallAttempt(Fact):
    """One call to the rater, and what she agreed to when it was answered.

    `consents_matter`: the unit may know her matter's number; `consents_words`: it may read her
    own words. The latest answered call counts. `agreed_at`: when she asked to be called again.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="calls")
    outcome = models.CharField(max_length=20, choices=_choices(CallOutcome))
    note = models.TextField(blank=True)
    consents_matter = models.BooleanField(default=False)
    consents_words = models.BooleanField(default=False)
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True) | Q(outcome=CallOutcome.CALL_LATER.value),
                name="callattempt_agreed_to_call_later",
                violation_error_message="Only who asks to be called later names a time.",
            ),
        ]


class CheckNote(Fact):
    """What a check on site, of records or of recordings found."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="checks")
    note = models.TextField()


class Instruction(Fact):
    """What a leader wants seen to (领导批示): for the office and the inspectors, not the unit."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="instructions")
    text = models.TextField()


class HandlingProposal(Fact):
    """拟办意见: whether what she asks for is reasonable, and how the case is to be handled. For the
    office and the inspectors; the latest counts."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handling_proposals")
    ground = models.CharField(max_length=20, choices=_choices(Ground))
    handling = models.CharField(max_length=20, choices=_choices(Handling))
    note = models.TextField(blank=True)


class Dispatch(Fact):
    """Handed to a unit, in the office's own words.

    `includes_matter` and `includes_words` need the rater's consent. A recalled one is no longer
    seen by the unit.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="dispatches")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="dispatches")
    words = models.TextField()
    grade = models.CharField(max_length=10, choices=_choices(Grade))
    includes_matter = models.BooleanField(default=False)
    includes_words = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_by = models.CharField(max_length=150, blank=True)
    recall_reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("acknowledged"),
            _stamped("recalled"),
        ]


class UnitAnswer(Fact):
    """What the unit says happened and what it did; `process_change` is a rule or process it made
    or changed for good."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="answer")
    account = models.TextField()
    measures = models.TextField()
    process_change = models.TextField(blank=True)


class Referral(Fact):
    """Handed to the inspectors of an area; under embargo until they release it. `came_from` is the
    state the case was in: what its unit knows of it as long as the embargo lasts."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="referrals")
    reason = models.TextField()
    embargoed = models.BooleanField(default=False)
    came_from = models.CharField(max_length=20, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=150, blank=True)
    release_reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("released"),
        ]


class InvestigationNote(Fact):
    """A step of the inspectors; `is_finding` marks what they report as found, with the verdict
    they propose to the office, if they do."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    is_finding = models.BooleanField(default=False)
    proposed_finding = models.CharField(max_length=20, choices=_choices(Finding), blank=True)
    proposed_kind = models.CharField(max_length=20, choices=_choices(Kind), blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(proposed_finding="", proposed_kind="")
                | (Q(is_finding=True) & ~Q(proposed_finding="") & ~Q(proposed_kind="")),
                name="proposed_finding_with_kind",
                violation_error_message="A verdict is proposed with its kind, in a report.",
            ),
        ]


class Proposal(Fact):
    """A verdict that one person proposes and a second, new to the case, confirms or sends back."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    finding = models.CharField(max_length=20, choices=_choices(Finding))
    kind = models.CharField(max_length=20, choices=_choices(Kind))
    reason = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    sent_back_at = models.DateTimeField(null=True, blank=True)
    sent_back_by = models.CharField(max_length=150, blank=True)
    sent_back_reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("confirmed"),
            _stamped("sent_back"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(confirmed_at__isnull=True, sent_back_at__isnull=True),
                name="proposal_one_open",
                violation_error_message="A verdict is proposed already.",
            ),
        ]


class Verdict(Fact):
    """What was found. The latest one that is not withdrawn counts; a correction is a new one.

    `unit` is the unit it was found of, whatever becomes of the case later. `round` is how often a
    look-back had found nothing put right: each such finding counts beside the earlier ones.

    Whether it costs points is never stored: the season's scheme says so of finding and kind.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="verdicts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="verdicts")
    round = models.PositiveSmallIntegerField(default=0)
    finding = models.CharField(max_length=20, choices=_choices(Finding))
    kind = models.CharField(max_length=20, choices=_choices(Kind))
    reason = models.TextField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = VerdictQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("withdrawn"),
        ]
        indexes = [
            models.Index(fields=["at", "finding"], name="verdict_by_day"),
            models.Index(fields=["unit", "id"], name="verdict_of_unit"),
        ]


class Reply(Fact):
    """What the rater was told, in plain words; `by_phone` if it was on the phone."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField()
    by_phone = models.BooleanField(default=False)


class Rejudgement(Fact):
    """The rater's own judgement of the handling, on her receipt's page or, `by` a caller, on the
    phone. Her words are for the office alone."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rejudgements")
    satisfied = models.BooleanField()
    words = models.TextField(blank=True)


# Their models belong to this app; they name `Case` by its label.
from pingyi.casework import (  # noqa: E402
    escalation_models,  # noqa: F401
    file_models,  # noqa: F401
    intake_models,  # noqa: F401
    letter_models,  # noqa: F401
    move_models,  # noqa: F401
    problem_models,  # noqa: F401
    search_models,  # noqa: F401
    second_looks,  # noqa: F401
    time_models,  # noqa: F401
)
