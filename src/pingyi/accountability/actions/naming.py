"""Whom a verified case names: what the first-responsibility ladder counts."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from pingyi.accountability import policies
from pingyi.accountability.models import Naming
from pingyi.accountability.persons import person_of
from pingyi.audit.actions import Actor, action, record
from pingyi.casework.actions.steps import cleaned, refusal
from pingyi.casework.models import Case
from pingyi.directory.models import Unit
from pingyi.supervision.actions.findings import impersonal


@action("person.name")
def name_person(
    *, case: Case, unit: Unit, name: str, post: str = "", by: Actor, at: datetime
) -> Naming:
    """The case's first responsible person, of the rated unit or one above it. Raises Refusal."""
    refused = policies.why_not_name(case, by)
    if refused is not None:
        raise refusal(refused)
    if not policies.answers_for(unit, case):
        raise refusal(policies.UNRELATED_UNIT)
    title = impersonal(cleaned(post, "post", longest=60), "post")
    person = person_of(unit, name, by=by, at=at)
    try:
        with transaction.atomic():
            naming = Naming.objects.create(
                case=case, person=person, post=title, at=at, by=by.audit_name
            )
    except IntegrityError:
        raise refusal(policies.NAMED_ALREADY) from None
    record(case, named=str(person), unit=unit.code)
    return naming


@action("person.unname")
def withdraw_naming(*, naming: Naming, by: Actor, at: datetime) -> Naming:
    """It was somebody else: the ladder counts it no longer."""
    refused = policies.why_not_name(naming.case, by)
    if refused is not None and refused is not policies.NOT_VERIFIED:
        raise refusal(refused)
    standing = Naming.objects.filter(pk=naming.pk, withdrawn_at__isnull=True)
    if not standing.update(withdrawn_at=at, withdrawn_by=by.audit_name):
        raise refusal(policies.ANNULLED)
    record(naming.case, unnamed=str(naming.person))
    return naming
