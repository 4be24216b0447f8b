"""S3: hours from 8:30, nobody there at nine: two warnings, and criticism for the leader."""

from __future__ import annotations

import pytest
from django.utils import timezone

from pingyi.accountability.models import Measure
from pingyi.people.roles import Role
from tests.scenarios.play import stage

pytestmark = pytest.mark.django_db


def test_the_story():
    play = stage(unit="蔡店区不动产登记中心", point="综合窗口")
    play.rate("dissatisfied", comment="墙上写八点半上班，九点了窗口没人。")
    number = play.only_case(Role.SORTER, "/office/sorting/")
    play.do(Role.SORTER, f"/office/sorting/{number}/", kind="conduct")
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/check/",
        note="实地并调看监控：9:05 两个窗口无人。",
        stands="on",
    )
    play.do(Role.CASE_MANAGER, f"/office/cases/{number}/refer/", reason="脱岗，移交核查追责。")
    play.do(Role.INSPECTOR, f"/inspectors/{number}/report/", account="两人脱岗，主任失管。")
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/decide/",
        finding="verified",
        kind="conduct",
        reason="监控和实地核查一致，属实。",
    )
    for name, post, responsibility, kind in (
        ("周一", "窗口人员", "direct", "warning"),
        ("吴二", "窗口人员", "direct", "warning"),
        ("郑三", "中心主任", "leadership", "education"),
    ):
        play.do(
            Role.INSPECTOR,
            f"/inspectors/{number}/measures/",
            unit="U1",
            name=name,
            post=post,
            responsibility=responsibility,
            kind=kind,
            organ="区纪委派驻纪检组",
            on=f"{timezone.localdate()}",
        )
    found = Measure.objects.filter(case__number=number).order_by("pk")
    assert [one.kind for one in found] == ["warning", "warning", "education"]
    assert len({one.person_id for one in found}) == 3
    assert "已登记 3 项" in play.see(Role.INSPECTOR, f"/inspectors/{number}/")
    assert play.score() == "97.00"
