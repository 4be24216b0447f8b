"""The queues people work: one list, from which the start page takes its counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.casework import assigning, queries
from pingyi.casework.querysets import CaseQuerySet
from pingyi.letters import queries as letters
from pingyi.letters.querysets import LetterQuerySet, RecipientQuerySet
from pingyi.people.models import User
from pingyi.people.permissions import may

Rows = CaseQuerySet | LetterQuerySet | RecipientQuerySet


@dataclass(frozen=True)
class Queue:
    """What waits for one kind of work, which takes `permission`; worked at `url_name`."""

    key: str
    title: str | Promise
    task: str | Promise
    permission: str
    rows: Callable[[User], Rows]
    url_name: str
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name) + (f"?{self.query}" if self.query else "")


MINE = Queue(
    "mine",
    _("我的案件"),
    _("分派给我承办、尚未办结的"),
    "case.see_to",
    assigning.mine,
    "office:cases",
    "state=open&assignee=mine&sort=due",
)
SORTING = Queue(
    "sorting",
    _("待分拣"),
    _("逐件认定类别，24 小时内分拣"),
    "case.sort",
    queries.to_sort,
    "office:sorting",
)
CALLS = Queue(
    "calls",
    _("待回访"),
    _("给评价人打电话，问清情况"),
    "case.call",
    queries.to_call,
    "office:calls",
)
CHECKS = Queue(
    "checks",
    _("待核查"),
    _("没有电话或联系不上的，实地或查档核查"),
    "case.check",
    queries.to_check,
    "office:checks",
)
PLACING = Queue(
    "placing",
    _("待处置"),
    _("转办单位、移交纪检或直接认定"),
    "case.dispatch",
    queries.to_place,
    "office:cases",
    "state=to_place",
)
DECIDING = Queue(
    "deciding",
    _("待认定"),
    _("依据核查与答复作出认定"),
    "case.decide",
    queries.to_decide,
    "office:cases",
    "state=to_decide",
)
CONFIRMING = Queue(
    "confirming",
    _("待复核"),
    _("拟认定不属实或作废、拟移交其他单位、申请暂停或延期，由另一人决定"),
    "case.decide",
    queries.to_confirm,
    "office:cases",
    "waits=yes",
)
REVIEWING = Queue(
    "reviewing",
    _("待复核的申诉"),
    _("单位不服认定，由未经手的人复核"),
    "case.decide",
    queries.appealed,
    "office:appeals",
)
LOOKING_BACK = Queue(
    "looking-back",
    _("待回头看"),
    _("不打招呼，由未经手的人实地或电话查看"),
    "case.check",
    queries.to_look_back,
    "office:look-backs",
    "state=waiting",
)
REPLYING = Queue(
    "replying",
    _("待答复"),
    _("把结果告诉评价人"),
    "case.reply",
    queries.to_reply,
    "office:cases",
    "state=to_reply",
)
ASKING = Queue(
    "asking",
    _("待复访"),
    _("答复之后再打一次电话，问是否满意"),
    "case.call",
    queries.to_ask_again,
    "office:cases",
    "ask=yes&sort=due",
)
HEARING = Queue(
    "hearing",
    _("待听取意见"),
    _("没有留手机号的反映人：当面或经原渠道告知答复，登记是否满意"),
    "case.hear",
    queries.to_hear,
    "office:cases",
    "ask=heard&sort=due",
)
ANSWERING = Queue(
    "answering",
    _("待本单位办理"),
    _("签收转办，报送情况与措施"),
    "case.answer",
    queries.unit_desk,
    "unit:desk",
)
INVESTIGATING = Queue(
    "investigating",
    _("移交件"),
    _("涉腐线索优先核查"),
    "case.investigate",
    queries.inspectors_desk,
    "inspectors:desk",
)
LETTERS_TO_ANSWER = Queue(
    "letters-to-answer",
    _("待办来函"),
    _("签收函件，按期书面答复"),
    "letter.reply",
    letters.to_answer,
    "unit:letters",
)
LETTERS_TO_ISSUE = Queue(
    "letters-to-issue",
    _("待签发函件"),
    _("核对文稿，签发时编号"),
    "letter.issue",
    letters.to_issue,
    "office:letters",
    "state=submitted",
)
REPLIES_TO_JUDGE = Queue(
    "replies-to-judge",
    _("待审核的答复"),
    _("采纳，或写明原因退回"),
    "letter.draft",
    letters.to_judge,
    "office:letters-to-judge",
)
QUEUES = (
    MINE,
    INVESTIGATING,
    SORTING,
    CALLS,
    CHECKS,
    PLACING,
    DECIDING,
    CONFIRMING,
    REVIEWING,
    LOOKING_BACK,
    REPLYING,
    ASKING,
    HEARING,
    ANSWERING,
    LETTERS_TO_ANSWER,
    LETTERS_TO_ISSUE,
    REPLIES_TO_JUDGE,
)


@dataclass(frozen=True)
class Load:
    """How much waits in a queue at a moment."""

    queue: Queue
    total: int
    late: int

    @property
    def own(self) -> bool:
        """Cases given to the user, each of which waits in another queue too."""
        return self.queue is MINE


def loads_of(user: User, *, at: datetime) -> list[Load]:
    """The user's own queues: their own cases, then those with late ones, then the fullest."""
    loads = []
    for queue in QUEUES:
        if may(user, queue.permission):
            rows = queue.rows(user).order_by()
            loads.append(Load(queue, rows.count(), rows.late(at).count()))
    return sorted(loads, key=lambda load: (not load.own or not load.total, -load.late, -load.total))
