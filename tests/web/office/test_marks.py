"""Marks as a grid and out of a file; ballots out of a file."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi import rulebook
from pingyi.directory.models import Enrolment
from pingyi.kernel.tables import write_xlsx
from pingyi.people.roles import Role
from pingyi.supervision import inputs
from pingyi.supervision.models import BallotSheet, Mark, PanelSession
from tests.staff import signed_in
from tests.supervision.city import City, city, whole
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


def test_a_mass_rating_that_cannot_be_opened_comes_back_as_it_was_filled_in(town, desk):
    for sent in (
        {"name": "留着的名称", "held_on": "2026-02-30"},
        {"name": "留着的名称", "held_on": "2999-01-01"},
    ):
        page = desk.post(f"{GRID}panel/", sent)
        assert page.status_code == 422
        assert 'value="留着的名称"' in page.content.decode()
        assert "held_on" in page.context["session_form"].errors
    assert not PanelSession.objects.exists()


BALLOTS = f"{GRID}ballots/D1/"


def _sheet(page=None, **counts) -> dict[str, str]:
    """A form's fields: the same ballots in every dimension."""
    seen = page.context["form"]["seen"].value() if page else 0
    fields = {f"{name}-{level}": str(n) for name in whole() for level, n in counts.items()}
    return {"seen": str(seen), **fields}


def test_a_panels_ballots_are_entered_by_a_form(town, desk):
    """Enterprises 8 very satisfied, 2 dissatisfied: (8·100 + 2·40) ÷ 10 = 88; residents 4
    satisfied: 85; both alike: 86.50. Then enterprises once more, all satisfied: 85."""
    sent = {"name": "年终集中测评", "held_on": "2026-06-01"}
    assert desk.get(BALLOTS).status_code == 404, "before there is a mass rating"
    desk.post(f"{GRID}panel/", sent)
    assert f'href="{BALLOTS}"' in desk.get(GRID).content.decode()
    page = desk.get(BALLOTS)
    assert [said for said, *_ in page.context["tabs"]] == [
        "企业", "居民群众", "人大代表", "党代表", "政协委员",
    ]  # fmt: skip
    first = desk.post(
        f"{BALLOTS}?panel=enterprises", _sheet(page, very_satisfied=8, dissatisfied=2)
    )
    assert first["Location"] == f"{BALLOTS}?panel=residents"
    assert list(standing(town).values()) == [Decimal("88.00")]
    desk.post(first["Location"], _sheet(satisfied=4))
    assert list(standing(town).values()) == [Decimal("86.50")]
    grid = " ".join(words(desk.get(GRID)).split())
    assert "第1局 88.00 85.00 — — — 86.50" in grid
    again = desk.get(f"{BALLOTS}?panel=enterprises")
    assert 'value="8"' in again.content.decode()
    desk.post(f"{BALLOTS}?panel=enterprises", _sheet(again, satisfied=1))
    assert list(standing(town).values()) == [Decimal("85.00")]
    assert BallotSheet.objects.count() == 3, "the earlier sheet stays on record"


def test_a_wrong_sheet_comes_back_as_it_was(town, desk):
    desk.post(f"{GRID}panel/", {"name": "年终集中测评", "held_on": "2026-06-01"})
    for wrong in ("-1", "3.5", "九", "99999999"):
        sent = {**_sheet(satisfied=4), "attitude-satisfied": wrong}
        page = desk.post(f"{BALLOTS}?panel=residents", sent)
        assert page.status_code == 422
        assert f'value="{wrong}"' in page.content.decode()
    assert not BallotSheet.objects.exists()
    assert desk.get(f"{BALLOTS}?panel=nobody").status_code == 404
    assert desk.get(f"{GRID}ballots/D9/").status_code == 404


def test_of_two_who_enter_the_same_sheet_the_second_is_told(town, desk):
    desk.post(f"{GRID}panel/", {"name": "年终集中测评", "held_on": "2026-06-01"})
    there = f"{BALLOTS}?panel=residents"
    one, two = desk.get(there), desk.get(there)
    assert desk.post(there, _sheet(one, satisfied=4)).status_code == 302
    told = desk.post(there, _sheet(two, dissatisfied=4))
    assert told.status_code in (409, 422)
    assert "别人已录入这一界别的票数" in words(told)
    assert list(standing(town).values()) == [Decimal("85.00")]
    assert desk.post(there, _sheet(told, dissatisfied=4)).status_code == 302
    assert list(standing(town).values()) == [Decimal("40.00")]


def test_ballots_are_the_offices_alone(town):
    keeper = signed_in(town.person(Role.SCHEME_KEEPER))
    keeper.post(f"{GRID}panel/", {"name": "年终集中测评", "held_on": "2026-06-01"})
    leader = signed_in(town.person(Role.LEADER))
    assert leader.get(BALLOTS).status_code == 403
    assert "—" in words(leader.get(GRID))
    assert BALLOTS not in leader.get(GRID).content.decode()
    Enrolment.objects.filter(unit__code="D1").delete()
    assert keeper.get(BALLOTS).status_code == 404


def test_others_read_and_enter_nothing(town):
    leader = signed_in(town.person(Role.LEADER))
    assert leader.get(GRID).status_code == 200
    assert leader.post(GRID, {}).status_code == 403
    assert leader.get("/office/marks/2026/clients/").status_code == 404
