"""What an embargo hides: what came after the sealing, and nothing of before.

A case that vanished from its unit's lists would tell of the embargo, and so would points that came
back. So the unit goes on reading the case as it stood when it was sealed.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from pingyi.casework.models import Case, Referral, Verdict
from pingyi.casework.states import State


def sealed(at: datetime) -> QuerySet[Referral]:
    """The referrals under embargo at `at`."""
    return Referral.objects.filter(
        Q(released_at__isnull=True) | Q(released_at__gt=at), embargoed=True, at__lte=at
    )


def hidden(at: datetime) -> Exists:
    """Of a verdict: whether it was pronounced under an embargo that held at `at`.

    What stood before the sealing stays as it stood, and a verdict after it replaces nothing yet:
    points that come back would tell the unit of the embargo.
    """
    return Exists(sealed(at).filter(case=OuterRef("case"), at__lte=OuterRef("at")))


def was_sealed(verdict: Verdict) -> bool:
    """Whether it was pronounced under embargo, by the inspectors."""
    return sealed(verdict.at).filter(case=verdict.case_id).exists()


def known_verdict(case: Case, at: datetime) -> Verdict | None:
    """The verdict that counts, as far as it may be known outside the inspectors' hands."""
    return case.verdicts.counting(but=hidden(at)).last()


def known_state(case: Case) -> State:
    """Where the case stands, as its unit may know: under embargo, where it stood when sealed."""
    if not case.embargoed:
        return State(case.state)
    return State(case.referrals.get(embargoed=True, released_at__isnull=True).came_from)
