"""A leader's instruction on a case."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework.actions.steps import record_step, required, take
from pingyi.casework.messages import tell_who_has_it
from pingyi.casework.models import Case, Instruction


@action("case.instruct")
def instruct(*, case: Case, instruction: str, by: Actor, at: datetime) -> Instruction:
    """Say what is to be seen to; whoever has the case is told. It stands where it stood.

    The leader's instruction is among the case's fields in practice (docs/domain.md §4).
    """
    text = required(instruction, "instruction")
    step = take("instruct", case, by=by, at=at)
    made = Instruction.objects.create(case=case, text=text, at=at, by=by.audit_name)
    record_step(case, step, made)
    tell_who_has_it(case, by=by, at=at)
    return made
