"""S4: two windows without the right to print; a process, nobody punished, the rater told."""

from __future__ import annotations

import pytest
from django.utils import timezone

from pingyi.casework.models import Case, Verdict
from pingyi.people.roles import Role
from pingyi.supervision.models import Improvement
from tests.scenarios.play import WORD, stage

pytestmark = pytest.mark.django_db


def test_the_story():
    play = stage(unit="蔡店区市场监管所", point="档案查询窗口")
    he = play.rate(
        "dissatisfied",
        comment="查个体户档案，两个窗口都说没有权限打印，要我跑遍每个街道。",
        private_word=WORD,
    )
    number = play.only_case(Role.SORTER, "/office/sorting/")
    play.do(Role.SORTER, f"/office/sorting/{number}/", kind="process")

    # He left no phone: the office checks, and never verifies on the words alone.
    refused = play[Role.CASE_MANAGER].post(
        f"/office/cases/{number}/decide/",
        {"finding": "verified", "kind": "process", "reason": "话里说了"},
    )
    assert refused.status_code in (409, 422)
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/check/",
        note="到两个窗口实地核查：均无个体户档案打印权限。",
        stands="on",
    )
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/dispatch/",
        unit="U1",
        words="群众查询个体户档案须往返多个街道。请研究合并窗口，下放查询打印权限。",
        grade="complex",
    )
    play.do(
        Role.UNIT_ADMIN,
        f"/unit/cases/{number}/answer/",
        account="两个窗口权限设置不合理。",
        measures="设立综合窗口，统一查询打印。",
        process_change="两个窗口合并为综合窗口，赋予个体户档案查询和打印权限。",
    )
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/decide/",
        finding="verified",
        kind="process",
        reason="流程不合理，属实；不涉及个人作风。",
    )
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/reply/",
        text="您反映的情况属实，两个窗口已合并，今后在一个窗口就能查询打印。",
    )

    case = Case.objects.get(number=number)
    verdict = Verdict.objects.get(case=case)
    assert (verdict.finding, verdict.kind) == ("verified", "process")
    page = play.see(Role.CASE_MANAGER, f"/office/cases/{number}/")
    assert "赋予个体户档案查询和打印权限" in page
    assert "两个窗口已合并" in he.open()
    # What the unit says it changed is kept as an improvement, and counted once.
    assert "单位说改了制度或流程" in page
    form = play.see(Role.CASE_MANAGER, f"/office/improvements/new/?case={number}")
    assert "赋予个体户档案查询和打印权限" in form
    play.do(
        Role.CASE_MANAGER,
        f"/office/improvements/new/?case={number}",
        kind="window_merged",
        title="个体户档案综合窗口",
        what="两个窗口合并为综合窗口，赋予个体户档案查询和打印权限。",
        unit="U1",
        on=timezone.localdate().isoformat(),
    )
    kept = Improvement.objects.get()
    assert (kept.case, kept.answer) == (case, case.answers.get())
    page = play.see(Role.CASE_MANAGER, f"/office/cases/{number}/")
    assert "个体户档案综合窗口" in page
    assert "单位说改了制度或流程" not in page
    # Process counts as conduct does (scheme wuhan-2023); nobody is measured.
    assert play.score() == "97.00"
