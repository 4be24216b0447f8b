"""Holding to account: persons and measures, and duties from proposal to done."""

from pingyi.accountability.actions.duties import (
    decide_duty,
    fulfil_duty,
    keep_promise,
    lapse,
    propose,
)
from pingyi.accountability.actions.measures import (
    annul_measure,
    find_persons,
    notify_unit,
    record_measure,
    reveal_name,
)
from pingyi.accountability.actions.naming import name_person, withdraw_naming
from pingyi.accountability.actions.timing import (
    ask_for_time,
    grant_time,
    refuse_time,
    resume_duty,
)

__all__ = [
    "annul_measure",
    "ask_for_time",
    "decide_duty",
    "find_persons",
    "fulfil_duty",
    "grant_time",
    "keep_promise",
    "lapse",
    "name_person",
    "notify_unit",
    "propose",
    "record_measure",
    "refuse_time",
    "resume_duty",
    "reveal_name",
    "withdraw_naming",
]
