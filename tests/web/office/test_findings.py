"""The pages of findings and duties, as people use them."""

from __future__ import annotations

import io
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi.accountability.actions import decide_duty
from pingyi.accountability.models import Duty
from pingyi.casework.models import Case
from pingyi.jobs.registry import job
from pingyi.kernel.tables import write_xlsx
from pingyi.people.roles import Role
from pingyi.supervision.models import Finding
from tests.accountability.test_duties import verified
from tests.staff import signed_in, staff
from tests.supervision.city import AT, City, city
from tests.web.reading import words

pytestmark = pytest.mark.django_db
GIVEN = {"unit": "D1", "kind": "covert_check.violation", "on": "2026-06-01", "what": "上班炒股"}


@pytest.fixture
def town() -> City:
    return city("jiangmen-2008", "public_facing")


def test_recorded_and_listed(town):
    desk = signed_in(town.person(Role.CASE_MANAGER))
    there = desk.post("/office/findings/new/", GIVEN)
    made = Finding.objects.get()
    assert there["Location"] == f"/office/findings/{made.pk}/"
    assert "上班炒股" in words(desk.get(there["Location"]))
    assert made.ref in words(desk.get("/office/findings/?kind=covert_check.violation&q=第1局"))
    assert made.ref not in words(desk.get("/office/findings/?state=annulled"))
    assert made.ref in b"".join(desk.get("/office/findings/?export=csv")).decode("utf-8-sig")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit": "nowhere"}, "没有这个编码或名称的单位"),
        ({"on": "2999-01-01"}, "请核对年份"),
        ({"on": "2099-01-01"}, "日期不能晚于今天"),
        ({"kind": "bonus"}, "加分须填分值"),
        ({"what": "电话13812341234"}, "请删去"),
    ],
)
def test_what_is_wrong_comes_back_filled_in(town, changes, said):
    desk = signed_in(town.person(Role.CASE_MANAGER))
    page = desk.post("/office/findings/new/", {**GIVEN, "reference": "监察〔2026〕3号", **changes})
    assert page.status_code == 422
    assert said in words(page)
    assert "监察〔2026〕3号" in page.content.decode()
    assert not Finding.objects.exists()


def test_a_bonus_waits_for_the_second_person(town):
    keeper, leader = town.person(Role.SCHEME_KEEPER), town.person(Role.LEADER)
    signed_in(keeper).post("/office/findings/new/", {**GIVEN, "kind": "bonus", "points": "2"})
    made = Finding.objects.get()
    url = f"/office/findings/{made.pk}/"
    page = words(signed_in(keeper).get(url))
    assert "第二人批准" in page
    assert signed_in(keeper).post(f"{url}approve/").status_code == 409
    assert signed_in(leader).post(f"{url}approve/", {"reason": "同意"}).status_code == 302
    assert "有效" in words(signed_in(leader).get(url))


def test_corrected_on_its_page(town):
    made = town.find(town.units[0], "quality.error")
    desk = signed_in(town.person(Role.SCHEME_KEEPER))
    sent = {**GIVEN, "kind": "administrative_fault", "reason": "性质有误"}
    there = desk.post(f"/office/findings/{made.pk}/correct/", sent)
    right = Finding.objects.get(corrects=made)
    assert there["Location"] == f"/office/findings/{right.pk}/"
    assert right.ref in words(desk.get(f"/office/findings/{made.pk}/"))


def test_imported_whole(town):
    rows = [
        ["单位编码", "类别", "日期", "情况", "加分"],
        ["D1", "电子监察违规", "2026-06-01", "超时", ""],
        ["D2", "加分", "2026-06-01", "创新", "1.5"],
    ]
    desk = signed_in(town.person(Role.CASE_MANAGER))
    answer = desk.post("/office/findings/import/", {"file": _file(rows)})
    assert answer.status_code == 302, words(answer)
    assert sorted(Finding.objects.values_list("kind", flat=True)) == [
        "bonus",
        "monitoring.violation",
    ]


def test_a_file_sent_again_names_every_row_that_is_known(town):
    rows = [
        ["单位编码", "类别", "日期", "情况"],
        ["D1", "电子监察违规", "2026-06-01", "超时"],
        ["D1", "电子监察违规", "2026-06-01", "超时"],
        ["D2", "电子监察违规", "2026-06-01", "超时"],
    ]
    desk = signed_in(town.person(Role.CASE_MANAGER))
    page = desk.post("/office/findings/import/", {"file": _file(rows)})
    assert page.status_code == 422
    assert "第 3 行" in words(page)
    assert "与第 2 行重复" in words(page)
    del rows[2]
    assert desk.post("/office/findings/import/", {"file": _file(rows)}).status_code == 302
    page = desk.post("/office/findings/import/", {"file": _file(rows)})
    assert page.status_code == 422
    assert "第 2 行" in words(page)
    assert "第 3 行" in words(page)
    assert Finding.objects.count() == 2


def test_imported_or_every_bad_row_named(town):
    rows = [
        ["单位", "类别", "日期", "情况"],
        ["D1", "quality.error", "2026-06-01", "好的"],
        ["D9", "quality.error", "2026-06-01", "无此单位"],
        ["D1", "闲话", "2026-06-01", "无此类别"],
        ["D1", "quality.error", "六月", "日期"],
        ["D1", "加分", "2026-06-01", "没有分值"],
    ]
    desk = signed_in(town.person(Role.CASE_MANAGER))
    page = desk.post("/office/findings/import/", {"file": _file(rows)})
    assert page.status_code == 422
    text = words(page)
    for row in (3, 4, 5, 6):
        assert f"第 {row} 行" in text
    assert "第 2 行" not in text
    assert not Finding.objects.exists()


def _file(rows):
    target = io.BytesIO()
    write_xlsx(target, {"表": rows})
    return SimpleUploadedFile("f.xlsx", target.getvalue())


# ── duties ───────────────────────────────────────────────────────────


def test_proposed_decided_done_and_seen_by_the_unit(town):
    town.find(town.units[0], "exposure")
    job("propose-duties").run(AT)
    duty = Duty.objects.get()
    leader = signed_in(town.person(Role.LEADER))
    unit = signed_in(staff("admin", Role.UNIT_ADMIN, unit=town.units[0]))
    assert duty.ref in words(leader.get("/office/duties/?state=proposed"))
    assert duty.ref not in words(unit.get("/unit/duties/"))
    url = f"/office/duties/{duty.pk}/"
    assert "caught" in words(leader.get(url))
    page = leader.post(f"{url}decide/", {"outcome": "other", "reason": "更合适"})
    assert page.status_code == 422
    sent = {"outcome": "other", "words": "书面检讨", "reason": "更合适"}
    assert leader.post(f"{url}decide/", sent).status_code == 302
    assert "书面检讨" in words(unit.get("/unit/duties/"))
    again = leader.post(f"{url}decide/", sent)
    assert again.status_code == 409
    assert "已经有人决定" in words(again)
    done = {"on": "2026-06-02", "place": "局务会"}
    assert leader.post(f"{url}fulfil/", done).status_code == 302
    assert "局务会" in words(leader.get(url))


def test_who_may_read_but_not_decide(town):
    town.find(town.units[0], "exposure")
    job("propose-duties").run(AT)
    duty = Duty.objects.get()
    sorter = signed_in(town.person(Role.SORTER))
    page = sorter.get(f"/office/duties/{duty.pk}/")
    assert "decide" not in page.content.decode().split("<main")[1]


def test_a_case_under_embargo_later_is_told_to_the_inspectors_alone(town):
    unit = town.units[0]
    first, second = (verified(town, unit, date(2026, month, 1)) for month in (3, 4))
    job("propose-duties").run(AT)
    duty = Duty.objects.get()
    leader, inspector = town.person(Role.LEADER), town.person(Role.INSPECTOR)
    decide_duty(duty=duty, outcome="accepted", by=leader, at=AT)
    Case.objects.filter(pk=first.pk).update(embargoed=True)
    of_unit = signed_in(staff("admin", Role.UNIT_ADMIN, unit=unit))

    def read(person, number: str = "") -> list[str]:
        """The list, its file, what a search for the number finds, and the page."""
        client = signed_in(person)
        listed = "/office/duties/"
        file = b"".join(client.get(f"{listed}?export=csv")).decode("utf-8-sig")
        found = client.get(f"{listed}?q={number}")
        return [
            words(client.get(listed)), file, words(found), words(client.get(f"{listed}{duty.pk}/"))
        ]  # fmt: skip

    for shown in read(leader):
        assert first.number not in shown
        assert second.number in shown
    theirs = words(of_unit.get("/unit/duties/"))
    assert first.number in theirs, "what it knew stays, or it would be told of the embargo"
    assert second.number in theirs
    for shown in read(inspector, first.number):
        assert first.number in shown
        assert duty.ref in shown
    assert duty.ref not in words(signed_in(leader).get(f"/office/duties/?q={first.number}"))
    assert duty.ref in words(signed_in(leader).get(f"/office/duties/?q={second.number}"))


def test_what_was_cited_by_number_before_is_linked(town):
    case = verified(town, town.units[0], date(2026, 3, 1))
    job("propose-duties").run(AT)
    duty = Duty.objects.get()
    duty.cases.clear()
    Duty.objects.update(refs=f"{case.number}、F-3、2026-00")
    migration = import_module("pingyi.accountability.migrations.0002_duty_cases")
    migration.link(apps, None)
    duty.refresh_from_db()
    assert (duty.cases.get(), duty.refs) == (case, "F-3")
