"""Showing what could name the rater: one thing at a time, with a reason, and logged."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import log_read
from pingyi.audit.keys import keyring
from pingyi.casework import policies
from pingyi.casework.actions.steps import chosen, refusal, required
from pingyi.casework.intake_models import open_name
from pingyi.casework.models import Case
from pingyi.casework.reasons import EMBARGO, NO_CONTACT, NOT_YOURS, OWN_UNIT, Reason
from pingyi.kernel.terms import Term
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.ratings.contacts import open_matter, open_phone

LONGEST_REASON = 200


class Contact(Term):
    PHONE = "phone", "手机号", "Phone"
    MATTER = "matter", "办件编号", "Matter number"
    NAME = "name", "姓名", "Name"


def _opened(case: Case, what: Contact) -> str:
    if case.contact is None:
        return ""
    if what is Contact.PHONE:
        return open_phone(case.contact, keyring=keyring())
    if case.rating is not None:
        return open_matter(case.contact, keyring=keyring()) if what is Contact.MATTER else ""
    return open_name(case.contact, keyring=keyring()) if what is Contact.NAME else ""


def reveal_contact(*, case: Case, what: Contact | str, reason: str, by: User, at: datetime) -> str:
    """The phone, the matter number, or a petitioner's name, for `by` to see now. The reading is
    logged first.

    The office and the inspectors need the permission; the unit is shown the matter number alone,
    and only of a dispatch that includes it.
    """
    what = chosen(Contact, what, "what")
    text = required(reason, "reason", longest=LONGEST_REASON)
    refused = _why_hidden(case, what, by)
    if refused is not None:
        raise refusal(refused)
    opened = _opened(case, what)
    if not opened:
        raise refusal(NO_CONTACT)
    log_read(case, what=what.value, reason=text, by=by, at=at)
    return opened


def _why_hidden(case: Case, what: Contact, by: User) -> Reason | None:
    if what is Contact.MATTER and _was_given_matter(case, by):
        return None
    if not policies.reaches(case, by, "contact.reveal"):
        return NOT_YOURS
    if case.embargoed and not policies.reaches(case, by, "case.investigate"):
        return EMBARGO
    return OWN_UNIT if policies.is_of_its_unit(case, by) else None


def _was_given_matter(case: Case, by: User) -> bool:
    dispatch = policies.open_dispatch(case)
    own = scope_of(by, "case.answer").units
    return dispatch is not None and dispatch.includes_matter and dispatch.unit_id in own
