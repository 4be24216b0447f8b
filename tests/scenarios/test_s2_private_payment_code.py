"""S2: a private payment code; a lead under embargo; three measures on three persons of two units;
the season's bottom ten, and the parent's loss proposed and decided."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.accountability.models import Duty, Measure
from pingyi.directory.models import Season, Unit
from pingyi.letters.models import Letter
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.supervision.models import RectificationItem
from tests.scenarios.play import Play, stage
from tests.staff import signed_in, staff
from tests.web.reading import words

pytestmark = pytest.mark.django_db
MEASURES = (
    ("U1", "赵六", "收款员", "direct", "party_warning"),
    ("U1", "钱七", "公证处主任", "leadership", "admonition"),
    ("B1", "孙八", "分管副局长", "leadership", "warning"),
)


def _with_a_bureau(play: Play) -> Unit:
    bureau = Unit.objects.create(
        code="B1", name="蔡店区司法局", group="offices", area=play.unit.area
    )
    play.unit.parent = bureau
    play.unit.save(update_fields=["parent"])
    return bureau


def _throughout_the_system(play: Play, number: str, bureau: User) -> None:
    """The parent checks its finance rules, item by item, and reports to its whole system; every
    unit reads one circular."""
    manager, head = Role.CASE_MANAGER, signed_in(bureau)
    lists = "/office/rectification/"
    born = play[manager].post(
        f"{lists}new/?case={number}", {"title": "司法局财务制度排查清单", "unit": "B1"}
    )
    assert born.status_code == 302, born.content.decode()[-2000:]
    play.do(
        manager,
        f"{born.url}add/",
        problem="收费账户由一人经管，无人核对",
        measure="排查全系统财务制度，收费一律进单位账户",
        owner="分管副局长",
        days="10",
    )
    item = RectificationItem.objects.get()
    there = f"/unit/rectification/{item.pk}/"
    done = {"account": "全系统 12 个单位财务制度已排查，并在系统大会上报告。"}
    assert head.post(f"{there}submit/", done).status_code == 302
    play.do(manager, f"{lists}items/{item.pk}/accept/")
    assert "司法局财务制度排查清单" in play.see(manager, f"/office/cases/{number}/")

    organ = {"name": "蔡店区治庸办", "area": play.unit.area_id, "desk": "office"}
    admin = signed_in(staff("organs", Role.SYSTEM_ADMIN))
    added = admin.post("/office/letters/organs/add/", organ | {"circular": "蔡治庸通"})
    assert added.status_code == 302
    page = play.see(manager, "/office/letters/new/")
    paper = re.search(r'<option value="(\d+:circular)"', page)
    assert paper
    made = play[manager].post(
        "/office/letters/new/",
        {
            "paper": paper[1],
            "title": "关于一起私设收款码案件的通报",
            "group": "*",
            "salutation": "各参评单位",
            "body": "现将有关情况通报如下。各单位要举一反三。",
        },
    )
    assert made.status_code == 302, made.content.decode()[-2000:]
    play.do(manager, f"{made.url}submit/", revision=1)
    play.do(Role.LEADER, f"{made.url}issue/", revision=1)
    letter = Letter.objects.get()
    assert {one.unit.code for one in letter.recipients.all()} == {"B1", "U1", "U2"}
    mine = letter.recipients.get(unit__code="U1")
    assert "举一反三" in play.see(Role.UNIT_ADMIN, f"/unit/letters/{mine.pk}/")


def test_the_story(monkeypatch):
    play = stage(unit="蔡店区公证处", point="收费窗口")
    bureau = _with_a_bureau(play)
    play.rate("dissatisfied", comment="办公证要我扫他个人的收款码付钱。")
    number = play.only_case(Role.SORTER, "/office/sorting/")
    play.do(
        Role.SORTER,
        f"/office/sorting/{number}/",
        kind="conduct",
        lead="on",
        note="扫个人收款码缴费，涉嫌私设账户。",
    )

    # Top of the inspectors' queue, and nobody else's.
    assert number in play.see(Role.INSPECTOR, "/inspectors/")
    assert play[Role.CASE_MANAGER].get(f"/office/cases/{number}/").status_code == 404
    play.do(
        Role.INSPECTOR,
        f"/inspectors/{number}/conclude/",
        account="两年间公款进入个人账户，并有挪用。",
        finding="verified",
        kind="conduct",
    )

    # Measures on three persons, in two units; names are on no page.
    for unit, name, post, responsibility, kind in MEASURES:
        play.do(
            Role.INSPECTOR,
            f"/inspectors/{number}/measures/",
            unit=unit,
            name=name,
            post=post,
            responsibility=responsibility,
            kind=kind,
            organ="蔡店区纪委监委",
            on=f"{timezone.localdate()}",
        )
    assert Measure.objects.filter(case__number=number).count() == 3
    persons = Measure.objects.order_by().values("person", "person__unit").distinct()
    assert (persons.count(), persons.values("person__unit").distinct().count()) == (3, 2)
    register = play.see(Role.INSPECTOR, "/inspectors/measures/")
    exported = b"".join(play[Role.INSPECTOR].get("/inspectors/measures/?export=csv")).decode()
    for _, name, *_rest in MEASURES:
        assert name not in register + exported
        assert f"{name[0]}*" in register

    # The unit is told of nothing while the embargo lasts; afterwards of its own.
    first = Measure.objects.order_by("pk")[0]
    told = f"/inspectors/measures/{first.pk}/notify/"
    assert play[Role.INSPECTOR].post(told).status_code == 409
    before = play.score()
    play.do(Role.INSPECTOR, f"/inspectors/{number}/release/", reason="立案已公开")
    assert (before, play.score()) == ("100.00", "97.00")
    play.do(Role.INSPECTOR, told)
    assert "党内警告" in play.see(Role.UNIT_ADMIN, "/unit/duties/")
    bureau_admin = staff("bureau", Role.UNIT_ADMIN, unit=bureau)
    assert "党内警告" not in words(signed_in(bureau_admin).get("/unit/duties/"))

    _throughout_the_system(play, number, bureau_admin)

    # The season ends: the last of its group of two, released by two people.
    season = Season.objects.get(code="2026")
    over = timezone.now().replace(year=season.ends_on.year + 1, month=1, day=10)
    monkeypatch.setattr(timezone, "now", lambda: over)
    play.come_back()
    release = play.release("2026/season")
    found = {(duty.what, duty.unit.code, duty.on) for duty in Duty.objects.all()}
    assert found == {
        ("named", "U1", "unit"),
        ("head_accountable", "U1", "head"),
        ("parent_loses_points", "B1", "parent"),
        ("commended", "U2", "unit"),
    }
    assert "十差" in Client().get("/results/2026/units/U1/").content.decode()

    # Seen on the release's page; decided by a person, read by the parent only then.
    loss = Duty.objects.get(what="parent_loses_points")
    follows = words(play[Role.LEADER].get(f"{release}?group=stations"))
    follows = follows[follows.index("结果运用") :]
    assert follows.count("待决定") == 4
    for said in ("通报点名", "追究负责人责任", "主管单位绩效考评扣分", "蔡店区司法局"):
        assert said in follows
    assert "绩效考评扣分" in play.see(Role.LEADER, f"/office/duties/{loss.pk}/")
    parent = signed_in(bureau_admin)
    assert "绩效考评扣分" not in words(parent.get("/unit/duties/"))
    play.do(Role.LEADER, f"/office/duties/{loss.pk}/decide/", outcome="accepted")
    assert "绩效考评扣分" in words(parent.get("/unit/duties/"))
    play.do(
        Role.LEADER,
        f"/office/duties/{loss.pk}/fulfil/",
        on=f"{timezone.localdate()}",
        place="区绩效考评办，扣 1 分",
    )
    said = words(play[Role.LEADER].get(f"{release}?group=stations"))
    assert "已落实" in said
    assert said.count("待决定") == 3


def test_a_name_is_read_with_a_reason_alone():
    play = stage(unit="蔡店区公证处", point="收费窗口")
    given = {
        "origin": "letter",
        "source": "蔡纪函〔2026〕1号",
        "unit": "U1",
        "name": "赵六",
        "post": "收款员",
        "responsibility": "direct",
        "kind": "warning",
        "organ": "蔡店区纪委监委",
        "on": f"{timezone.localdate()}",
    }
    play.do(Role.INSPECTOR, "/inspectors/measures/new/", **given)
    made = Measure.objects.get()
    url = f"/inspectors/measures/{made.pk}/"
    assert "赵六" not in play.see(Role.INSPECTOR, url)
    assert play[Role.INSPECTOR].post(f"{url}reveal/", {"reason": ""}).status_code == 422
    shown = play[Role.INSPECTOR].post(f"{url}reveal/", {"reason": "起草处分决定"})
    assert "赵六" in words(shown)
    assert "赵六" not in play.see(Role.INSPECTOR, url)
    looked_up = play[Role.INSPECTOR].post(
        "/inspectors/measures/", {"name": "赵六", "reason": "核对有无前科"}
    )
    assert made.ref in words(looked_up)
