"""S12: monitoring and covert checks catch seven departments in one matter; the seven heads
apologise together in public, or are overdue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.accountability.models import Duty
from pingyi.jobs.registry import job
from pingyi.people.roles import Role
from pingyi.supervision.models import Finding
from tests.staff import signed_in
from tests.supervision.city import city
from tests.web.reading import words

pytestmark = pytest.mark.django_db
MATTER = "上班时间炒股聊天专项检查"


def _send(browser: Client, url: str, **fields: object) -> None:
    answer = browser.post(url, fields)
    assert answer.status_code == 302, words(answer)


def test_the_story(monkeypatch):
    town = city("jiangmen-2008", "public_facing", units=9)
    squad = signed_in(town.person(Role.SQUAD_MEMBER))
    manager = signed_in(town.person(Role.CASE_MANAGER))
    leader = signed_in(town.person(Role.LEADER))
    today = f"{timezone.localdate()}"
    season = town.season
    season.starts_on = timezone.localdate() - timedelta(days=100)
    season.ends_on = timezone.localdate() + timedelta(days=100)
    season.save()

    # Four by electronic monitoring, three by covert checks; an eighth, of another matter, alone.
    for n in range(1, 8):
        kind = "monitoring.violation" if n < 5 else "covert_check.violation"
        _send(
            manager if n < 5 else squad,
            "/office/findings/new/",
            unit=f"D{n}",
            kind=kind,
            on=today,
            what="工作时间看股票行情、聊天。",
            matter=MATTER,
        )
    _send(
        squad,
        "/office/findings/new/",
        unit="D8",
        kind="covert_check.violation",
        on=today,
        what="窗口无人。",
    )
    assert Finding.objects.count() == 8

    # Each lost its point at once; the line leads to the finding.
    marks = {f"u{unit.pk}": "90" for unit in town.units}
    _send(manager, "/office/marks/2026/superiors/", **marks)
    first = Finding.objects.get(unit__code="D1")
    lines = leader.get("/scoreboard/2026/D1/").content.decode()
    assert f'href="/office/findings/{first.pk}/">{first.ref}</a>' in lines

    # Proposed by the rule: exactly seven heads together, the eighth by himself.
    for _ in range(2):
        job("propose-duties").run(timezone.now())
    together = Duty.objects.get(what="apologise_jointly")
    assert [unit.code for unit in together.units] == [f"D{n}" for n in range(1, 8)]
    assert together.on == "head"
    alone = Duty.objects.exclude(what="apologise_jointly").get()
    assert (alone.what, alone.unit.code) == ("apologise_in_public", "D8")
    page = words(leader.get(f"/office/duties/{together.pk}/"))
    assert "第2局" in page
    assert "第7局" in page
    assert "第8局" not in page

    # A person decides; six apologise at the city meeting, the seventh does not.
    _send(leader, f"/office/duties/{together.pk}/decide/", outcome="accepted")
    for unit in together.units[:6]:
        _send(
            leader,
            f"/office/duties/{together.pk}/fulfil/",
            unit=unit.pk,
            on=today,
            place="全市作风建设大会；次日《日报》和市政府门户网站",
        )
    last = Duty.objects.get(pk=together.pk)
    assert (last.state, [unit.code for unit in last.to_act]) == ("accepted", ["D7"])
    assert all(part.place and part.on for part in last.parts.all())
    due = last.clocks.get().due_at
    assert list(Duty.objects.late(due + timedelta(minutes=1))) == [last]
    assert not Duty.objects.late(due).exists()
    assert "待落实 6/7" in words(leader.get("/office/duties/?state=accepted"))
    monkeypatch.setattr(timezone, "now", lambda: due + timedelta(minutes=1))
    late = words(signed_in(town.person(Role.LEADER)).get("/office/duties/?late=yes"))
    assert last.ref in late
    assert "超期" in late
    assert alone.ref not in late
