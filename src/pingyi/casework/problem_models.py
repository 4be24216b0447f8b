"""Problems: several cases that say the same, worked once, each citizen answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.directory.models import Area, Unit
from pingyi.kernel.terms import Term
from pingyi.letters.models import Letter


class ProblemState(Term):
    OPEN = "open", "处理中", "Open"
    CLOSED = "closed", "已办结", "Closed"


class ProblemDeed(Term):
    """What is done once for all of a problem's cases."""

    CHECK = "check", "记录核查", "Note a check"
    DISPATCH = "dispatch", "转办", "Dispatch"
    DECIDE = "decide", "认定", "Decide"
    REPLY = "reply", "答复", "Reply"


class ProblemCounter(models.Model):
    """The last problem number given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Problem(models.Model):
    """What several cases are about. `area` is the office's that works it, `parent` the unit above
    those concerned, to which a letter would go."""

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=100)
    cause = models.TextField(blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="problems")
    parent = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="problems"
    )
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.zh) for state in ProblemState],
        default=ProblemState.OPEN.value,
    )
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=150)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    outcome = models.TextField(blank=True)

    objects: models.Manager[Problem] = models.Manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(opened_by=""),
                name="problem_opened_who_and_when",
                violation_error_message="A problem says who opened it.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, closed_by="")
                | (Q(state="closed", closed_at__isnull=False) & ~Q(closed_by="")),
                name="problem_closed_who_and_when",
                violation_error_message="A closed problem, and no other, says who closed it.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ProblemCase(models.Model):
    """A case belongs to a problem, until it leaves it with a reason; to one at a time."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="members")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField()
    joined_by = models.CharField(max_length=150)
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.CharField(max_length=150, blank=True)
    left_reason = models.TextField(blank=True)

    objects: models.Manager[ProblemCase] = models.Manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(left_at__isnull=True),
                name="problemcase_one_problem",
                violation_error_message="This case belongs to a problem already.",
            ),
            models.CheckConstraint(
                condition=~Q(joined_by=""),
                name="problemcase_joined_who_and_when",
                violation_error_message="A joining says who joined it.",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, left_by="")
                | (Q(left_at__isnull=False) & ~Q(left_by="")),
                name="problemcase_left_who_and_when",
                violation_error_message="“left” needs both who and when.",
            ),
        ]


class ProblemStep(models.Model):
    """One deed for all cases that awaited it. What became of each is the case's own story."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="steps")
    deed = models.CharField(max_length=10, choices=[(deed.value, deed.zh) for deed in ProblemDeed])
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    objects: models.Manager[ProblemStep] = models.Manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=""),
                name="problemstep_by_someone",
                violation_error_message="A fact says who stated it.",
            )
        ]


class ProblemLetter(models.Model):
    """A letter written because of a problem. The letter knows nothing of it."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="letters")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="problems")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    objects: models.Manager[ProblemLetter] = models.Manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "letter"], name="problemletter_once"),
            models.CheckConstraint(
                condition=~Q(by=""),
                name="problemletter_by_someone",
                violation_error_message="A fact says who stated it.",
            ),
        ]
