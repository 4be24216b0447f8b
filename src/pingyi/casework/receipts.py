"""What a receipt was given for: a rating, or what a case of another origin stands on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pingyi.audit.actions import SYSTEM, Actor
from pingyi.audit.keys import keyring
from pingyi.casework.intake_models import CaseSource
from pingyi.casework.models import Case
from pingyi.notices import codes
from pingyi.notices.codes import Addressee
from pingyi.ratings import opening
from pingyi.ratings.contacts import open_phone
from pingyi.ratings.models import Receipted


def find(receipt: str) -> Receipted | None:
    """What that receipt, as `normalise_receipt` leaves it, was given for."""
    return opening.find(receipt) or (
        CaseSource.objects.select_related("case").filter(receipt=receipt).first()
    )


def case_of(received: Receipted) -> Case | None:
    """Its case, if there is one."""
    if isinstance(received, CaseSource):
        return received.case
    return Case.objects.filter(rating=received.pk).first()


def send_wanted_codes(*, at: datetime, by: Actor = SYSTEM, limit: int = 50) -> int:
    """The worker's part, as for ratings; how many requests were settled."""
    return codes.issue_wanted_codes(
        "casesource", _addressees, text=opening.CODE_TEXT, by=by, at=at, limit=limit
    )


def _addressees(sources: Collection[int]) -> dict[int, Addressee]:
    found = CaseSource.objects.select_related("case").filter(pk__in=sources)
    return {
        source.pk: Addressee(open_phone(source, keyring=keyring()), source.case.area_id)
        for source in found
    }
