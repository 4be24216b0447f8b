"""What every action on a letter does: ask the policy, clean what was given, move by
compare-and-set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pingyi.audit.actions import Actor
from pingyi.kernel.text import clean_text
from pingyi.letters.models import Letter
from pingyi.letters.policies import Refused, Why, why_not
from pingyi.letters.states import STEPS

LONGEST_BODY = 20_000
LONGEST_REASON = 2_000
LONGEST_REPLY = 20_000


def take(name: str, letter: Letter, *, by: Actor, **changes: Any) -> None:
    """Take the step `name` of the wording the caller has read; raises Refused."""
    why = why_not(name, letter, by)
    if why is not None:
        raise Refused(why)
    step = STEPS[name]
    unchanged = Letter.objects.filter(
        pk=letter.pk, state=step.source.value, revision=letter.revision
    )
    if unchanged.update(state=step.target.value, **changes) != 1:
        raise Refused(Why.OVERTAKEN)
    letter.state = step.target.value
    for field, value in changes.items():
        setattr(letter, field, value)


def stamp(name: str, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The two fields that say who and when."""
    return {f"{name}_at": at, f"{name}_by": by.audit_name}


def cleaned(value: str, field: str, *, longest: int) -> str:
    """`value` in one form; Refused, naming the field, if it is longer than `longest`."""
    text = clean_text(value).strip()
    if len(text) > longest:
        raise Refused(Why.TOO_LONG, field)
    return text


def required(value: str, field: str, *, longest: int) -> str:
    """`value` in one form; Refused, naming the field, if it is blank or too long."""
    text = cleaned(value, field, longest=longest)
    if not text:
        raise Refused(Why.NEEDED, field)
    return text
