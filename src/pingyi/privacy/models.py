"""Marks on looks at raters' contacts, and raters' requests about what is kept of them.

Nothing here names a rater: a case and a rating are known by their numbers.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Case
from pingyi.clocks.models import Deadline, Pause
from pingyi.kernel.terms import Term
from pingyi.ratings.models import Rating


class Outcome(Term):
    """What a review made of a mark."""

    EXPLAINED = "explained", "已说明", "Explained"
    BREACH = "breach", "违纪查看", "A breach"


class RequestKind(Term):
    SEE = "see", "查阅", "To see what is kept"
    CORRECT = "correct", "更正手机号", "To correct the phone"
    ERASE = "erase", "删除联系方式", "To erase the contact"


class RequestWay(Term):
    PAGE = "page", "回执页", "On the receipt's page"
    PAPER = "paper", "书面或当面", "On paper or in person"


class PryingMark(models.Model):
    """Somebody in whose hands the case was not looked at what could name its rater."""

    access = models.OneToOneField(
        "audit.ReadAccess", on_delete=models.PROTECT, related_name="prying_mark"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="prying_marks")
    reader = models.CharField(max_length=150)
    what = models.CharField(max_length=60)
    looked_at = models.DateTimeField()
    raised_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["reader", "id"], name="prying_reader")]


class PryingReview(models.Model):
    """What an audit administrator found of a mark, once."""

    mark = models.OneToOneField(PryingMark, on_delete=models.PROTECT, related_name="review")
    outcome = models.CharField(max_length=10, choices=[(o.value, o.zh) for o in Outcome])
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(by="") & ~Q(reason=""),
                name="prying_review_says_who_and_why",
                violation_error_message="A review says who and why.",
            )
        ]


class DataRequest(models.Model):
    """A rater asks to see, correct or erase what is kept of her (PIPL articles 44 to 47).

    `verified_at`: a code that went to the phone left came back, so it is she who asks. A request is
    settled by what was done, or by a refusal, which says why.
    """

    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=[(k.value, k.zh) for k in RequestKind])
    way = models.CharField(max_length=10, choices=[(w.value, w.zh) for w in RequestWay])
    note = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=150)
    verified_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)
    refusal = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="", refusal="")
                | (Q(settled_at__isnull=False) & ~Q(settled_by="")),
                name="data_request_settled_who_and_when",
                violation_error_message="“settled” needs both who and when.",
            ),
        ]


class RequestClock(Deadline):
    """By when a request is to be settled."""

    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="clocks")

    class Meta(Deadline.Meta):
        ordering = ["id"]
        constraints = [
            *Deadline.Meta.constraints,
            models.UniqueConstraint(fields=["request"], name="requestclock_one"),
        ]


class RequestPause(Pause):
    """A request's clock stood still."""

    clock = models.ForeignKey(RequestClock, on_delete=models.PROTECT, related_name="pauses")
