"""Marks as a grid and out of a file; ballots out of a file."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi import rulebook
from pingyi.kernel.tables import write_xlsx
from pingyi.people.roles import Role
from pingyi.supervision import inputs
from pingyi.supervision.models import Mark, PanelSession
from tests.staff import signed_in
from tests.supervision.city import City, city
from tests.web.reading import words

pytestmark = pytest.mark.django_db
GRID = "/office/marks/2026/superiors/"


@pytest.fixture
def town() -> City:
    return city("jiangmen-2008", "public_facing")


@pytest.fixture
def desk(town):
    return signed_in(town.person(Role.SCHEME_KEEPER))


def standing(town) -> dict[int, Decimal]:
    from django.utils import timezone

    scheme = rulebook.scheme("jiangmen-2008")
    return {unit: v for (unit, _), v in inputs.marks(town.season, scheme, timezone.now()).items()}


def _file(rows):
    target = io.BytesIO()
    write_xlsx(target, {"表": rows})
    return SimpleUploadedFile("f.xlsx", target.getvalue())


def test_a_grid_enters_what_changed(town, desk):
    one, two = (f"u{unit.pk}" for unit in town.units)
    assert "0 / 2" in words(desk.get("/office/marks/"))
    assert desk.post(GRID, {one: "92.5", two: ""}).status_code == 302
    assert list(standing(town).values()) == [Decimal("92.5")]
    assert "1 / 2" in words(desk.get("/office/marks/"))
    assert desk.post(GRID, {one: "92.5", two: "80"}).status_code == 302
    assert Mark.objects.count() == 2
    wrong = desk.post(GRID, {one: "120", two: "70"})
    assert wrong.status_code == 422
    assert 'value="120"' in wrong.content.decode()
    assert len(standing(town)) == 2
    assert Mark.objects.count() == 2


def test_a_file_of_marks_is_taken_whole_or_not_at_all(town, desk):
    bad = [["单位", "项目", "分值"], ["D1", "superiors", "90"], ["D2", "superiors", "九十"]]
    page = desk.post(f"{GRID}import/", {"file": _file(bad)})
    assert page.status_code == 422
    assert "第 3 行" in words(page)
    assert not standing(town)
    good = [*bad[:2], ["D2", "superiors", "88.5"]]
    assert desk.post(f"{GRID}import/", {"file": _file(good)}).status_code == 302
    assert sorted(standing(town).values()) == [Decimal("88.5"), Decimal(90)]


def test_a_mass_rating_and_its_ballots(town, desk):
    sent = {"name": "年终集中测评", "held_on": "2026-06-01"}
    assert desk.post(f"{GRID}panel/", sent).status_code == 302
    assert PanelSession.objects.get().component == "superiors"
    rows = [
        ["单位", "界别", "测评内容", "很满意", "满意", "基本满意", "不满意", "很不满意"],
        ["D1", "企业", "服务态度", 8, 0, 0, 2, 0],
        ["D1", "企业", "办事效率", 10, 0, 0, 0, 0],
    ]
    assert desk.post(f"{GRID}import/", {"file": _file(rows)}).status_code == 302
    assert list(standing(town).values()) == [Decimal("94.00")]
    page = desk.get(GRID)
    assert "94.00" in words(page)
    assert desk.post(GRID, {}).status_code == 403
    bad = [
        *rows,
        ["D2", "路人", "服务态度", 1, 0, 0, 0, 0],
        ["D2", "企业", "服务态度", -1, 0, 0, 0, 0],
    ]
    again = words(desk.post(f"{GRID}import/", {"file": _file(bad)}))
    assert "第 4 行" in again
    assert "第 5 行" in again


def test_others_read_and_enter_nothing(town):
    leader = signed_in(town.person(Role.LEADER))
    assert leader.get(GRID).status_code == 200
    assert leader.post(GRID, {}).status_code == 403
    assert leader.get("/office/marks/2026/clients/").status_code == 404
