"""Persons found again by name and unit, or added."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from pingyi.accountability import names, policies
from pingyi.accountability.models import Person
from pingyi.audit.actions import Actor
from pingyi.casework.actions.steps import refusal, required
from pingyi.directory.models import Unit
from pingyi.kernel.masking import redact


def person_of(unit: Unit, name: str, *, by: Actor, at: datetime) -> Person:
    """The unit's person of that name, added if new; within an action, which records the event.

    Raises Refusal for what is no name.
    """
    plain = " ".join(required(name, "name", longest=names.LONGEST).split())
    if redact(plain) != plain or not names.name_form(plain) or any(c.isdigit() for c in plain):
        raise refusal(policies.NO_NAME)
    known = Person.objects.filter(unit=unit, name_print__in=names.prints(plain))
    found = known.first()
    if found is not None:
        return found
    cipher, name_print = names.seal(plain)
    try:
        with transaction.atomic():
            return Person.objects.create(
                unit=unit,
                name_cipher=cipher,
                name_print=name_print,
                added_at=at,
                added_by=by.audit_name,
            )
    except IntegrityError:  # somebody else was quicker
        return known.get()
