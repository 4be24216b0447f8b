"""Every write on a case, one function each. See `states` for the steps they take.

All take `by` (who) and `at` (when) and raise a `policies.Refusal` whose reason a page shows.
"""

from pingyi.casework.actions.advising import propose_handling
from pingyi.casework.actions.answering import acknowledge, answer_case
from pingyi.casework.actions.appealing import appeal_verdict, review_appeal
from pingyi.casework.actions.assigning import assign_case
from pingyi.casework.actions.by_hand import open_case_by_hand, open_case_of_message
from pingyi.casework.actions.calling import log_call, stop_calling_the_unknown
from pingyi.casework.actions.contacts import Contact, reveal_contact
from pingyi.casework.actions.deciding import (
    confirm_verdict,
    decide_case,
    send_back,
    withdraw_verdict,
)
from pingyi.casework.actions.instructing import instruct
from pingyi.casework.actions.investigating import (
    conclude_case,
    note_investigation,
    release_embargo,
    report_findings,
)
from pingyi.casework.actions.letters import (
    ask_for_days,
    draft_case_letter,
    draft_problem_letter,
    edit_letter,
    issue_letter,
    link_case_letter,
    refuse_days,
    return_reply,
    withdraw_letter,
)
from pingyi.casework.actions.looking_back import (
    draw_sample,
    pick_look_back,
    record_look_back,
)
from pingyi.casework.actions.message_loading import (
    accept_messages,
    give_up_messages,
    load_messages,
    propose_messages,
)
from pingyi.casework.actions.moving import confirm_move, propose_move, refuse_move
from pingyi.casework.actions.opening import open_case, open_missing_cases
from pingyi.casework.actions.placing import dispatch_case, note_check, recall_dispatch, refer_case
from pingyi.casework.actions.problems import (
    close_problem,
    edit_problem,
    join_problem,
    leave_problem,
    link_letter,
    open_problem,
    work_problem,
)
from pingyi.casework.actions.replying import (
    close_case,
    close_unjudged_cases,
    log_second_call,
    rejudge,
    reply_to_citizen,
)
from pingyi.casework.actions.sorting import sort_case
from pingyi.casework.actions.timing import ask_for_time, grant_time, refuse_time, resume_clock
from pingyi.casework.escalation import raise_due_steps

__all__ = [
    "Contact",
    "accept_messages",
    "acknowledge",
    "answer_case",
    "appeal_verdict",
    "ask_for_days",
    "ask_for_time",
    "assign_case",
    "close_case",
    "close_problem",
    "close_unjudged_cases",
    "conclude_case",
    "confirm_move",
    "confirm_verdict",
    "decide_case",
    "dispatch_case",
    "draft_case_letter",
    "draft_problem_letter",
    "draw_sample",
    "edit_letter",
    "edit_problem",
    "give_up_messages",
    "grant_time",
    "instruct",
    "issue_letter",
    "join_problem",
    "leave_problem",
    "link_case_letter",
    "link_letter",
    "load_messages",
    "log_call",
    "log_second_call",
    "note_check",
    "note_investigation",
    "open_case",
    "open_case_by_hand",
    "open_case_of_message",
    "open_missing_cases",
    "open_problem",
    "pick_look_back",
    "propose_handling",
    "propose_messages",
    "propose_move",
    "raise_due_steps",
    "recall_dispatch",
    "record_look_back",
    "refer_case",
    "refuse_days",
    "refuse_move",
    "refuse_time",
    "rejudge",
    "release_embargo",
    "reply_to_citizen",
    "report_findings",
    "resume_clock",
    "return_reply",
    "reveal_contact",
    "review_appeal",
    "send_back",
    "sort_case",
    "stop_calling_the_unknown",
    "withdraw_letter",
    "withdraw_verdict",
    "work_problem",
]
