"""Every write on a letter, one function each. See `states` for the steps they take.

All take `by` (who) and `at` (when) and raise `policies.Refused`. Another area that writes letters
about its own things calls `draft_letter` and keeps the link in a table of its own.
"""

from pingyi.letters.actions.answering import acknowledge, reply_to_letter
from pingyi.letters.actions.drafting import (
    Addressee,
    draft_letter,
    drop_letter,
    edit_letter,
    submit_letter,
)
from pingyi.letters.actions.following import accept_reply, remind, return_reply
from pingyi.letters.actions.issuing import issue_letter, send_back_letter, withdraw_letter
from pingyi.letters.actions.organs import add_organ, edit_organ, start_numbers
from pingyi.letters.actions.timing import ask_for_days, grant_days, refuse_days

__all__ = [
    "Addressee",
    "accept_reply",
    "acknowledge",
    "add_organ",
    "ask_for_days",
    "draft_letter",
    "drop_letter",
    "edit_letter",
    "edit_organ",
    "grant_days",
    "issue_letter",
    "refuse_days",
    "remind",
    "reply_to_letter",
    "return_reply",
    "send_back_letter",
    "start_numbers",
    "submit_letter",
    "withdraw_letter",
]
