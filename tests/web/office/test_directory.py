"""The directory's pages: who sees what of it, and what they can change there."""

from __future__ import annotations

import pytest
from django.test import Client

from pingyi.directory import actions
from pingyi.directory.content import AreaRow, Content, PointRow, UnitRow
from pingyi.directory.loading import load
from pingyi.directory.models import Area, Enrolment, Post, Season, ServicePoint, Unit
from pingyi.people.roles import Role
from pingyi.web.office import directory_words as words
from tests.directory.build import NOW, load_file, season
from tests.directory.files import CITY, xlsx
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
LIST = "/office/directory/"


@pytest.fixture(autouse=True)
def small_city(db) -> None:
    load_file(xlsx(CITY))


def person(role: Role, *, area: str = "420100", unit: str = "") -> Client:
    scope = {"unit": Unit.objects.get(code=unit)} if unit else {"area": Area.objects.get(code=area)}
    return signed_in(staff(f"{role}-{area}-{unit}", role, **scope))


def point(name: str = "综合1号窗口") -> ServicePoint:
    return ServicePoint.objects.get(name=name)


@pytest.fixture
def system() -> Client:
    return signed_in(staff("sysadmin", Role.SYSTEM_ADMIN))


@pytest.fixture
def keeper() -> Client:
    return person(Role.SCHEME_KEEPER)


@pytest.fixture
def unit_admin() -> Client:
    return person(Role.UNIT_ADMIN, unit="S1")


def html(response) -> str:
    return response.content.decode()


READERS = {Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.SCHEME_KEEPER, Role.LEADER}
CHANGERS = {Role.SYSTEM_ADMIN, Role.SCHEME_KEEPER}


@pytest.mark.parametrize("role", [r for r in Role if r != Role.UNIT_ADMIN])
def test_each_page_opens_to_its_roles(role):
    browser = person(role)
    answers = {
        path: browser.get(path).status_code
        for path in (
            LIST,
            f"{LIST}units/B1/",
            f"{LIST}points/{point().pk}/",
            f"{LIST}points/{point().pk}/code.svg",
            f"{LIST}units/B1/sheets/",
            f"{LIST}seasons/",
            f"{LIST}import/",
            f"{LIST}units/B1/add/",
        )
    }
    reads = role in READERS | CHANGERS
    prints = reads and role != Role.LEADER
    expected = [reads, reads, reads, prints, prints, reads, role in CHANGERS, role in CHANGERS]
    assert list(answers.values()) == [200 if may else 403 for may in expected], answers


def test_a_unit_administrator_sees_the_own_unit_alone(unit_admin):
    assert unit_admin.get(LIST)["Location"] == f"{LIST}units/S1/"
    own, other = point("社保窗口"), point("综合1号窗口")
    page = html(unit_admin.get(f"{LIST}units/S1/"))
    assert "打印二维码" in page
    assert "添加服务点" not in page
    for path in ("points/{}/", "points/{}/code.svg"):
        assert unit_admin.get(LIST + path.format(own.pk)).status_code == 200
        assert unit_admin.get(LIST + path.format(other.pk)).status_code == 404
    for path in ("units/B1/", "units/B1/sheets/"):
        assert unit_admin.get(LIST + path).status_code == 404
    edit = {"name": "x", "kind": "window"}
    assert unit_admin.post(f"{LIST}points/{own.pk}/edit/", edit).status_code == 403


def test_a_district_sees_its_district():
    load_file(
        xlsx(
            {
                "areas": [["code", "name", "parent"], ["420103", "江汉区", "420100"]],
                "units": [
                    ["code", "name", "group", "area"],
                    ["H1", "江汉区民政局", "offices", "420103"],
                ],
            }
        )
    )
    browser = person(Role.SCHEME_KEEPER, area="420103")
    page = html(browser.get(LIST))
    assert "江汉区民政局" in page
    assert "江岸区人力资源局" not in page
    assert browser.get(f"{LIST}units/B1/").status_code == 404
    assert browser.get(f"{LIST}import/").status_code == 403, "a file may change any district"
    assert "导入目录" not in page


def test_filters_search_and_export(system):
    assert "大智街道社保所" in html(system.get(LIST, {"q": "社保"}))
    assert "大智街道社保所" not in html(system.get(LIST, {"q": "nothing"}))
    assert "units/B1/" not in html(system.get(LIST, {"area": "420102001"}))
    assert "大智街道社保所" in html(system.get(LIST, {"area": "420102"})), "streets are within"
    assert "大智街道社保所" not in html(system.get(LIST, {"group": "offices"}))
    assert "没有符合条件的记录" in html(system.get(LIST, {"state": "retired"}))
    exported = b"".join(system.get(LIST, {"export": "csv", "sort": "-code"}))
    assert exported.decode("utf-8-sig").splitlines()[1].startswith("S1,大智街道社保所,大智街道")


@pytest.mark.parametrize("path", [LIST, f"{LIST}units/U0/", f"{LIST}seasons/2026/"])
def test_lists_take_as_many_queries_for_a_thousand_rows(
    system, path, django_assert_max_num_queries
):
    made = season()
    load(
        content=Content(
            areas=[AreaRow(code="420100", name="武汉市")],
            units=[
                UnitRow(code=f"U{n}", name=f"单位{n}", group="offices", area="420102", parent="B1")
                for n in range(1000)
            ],
            points=[PointRow(unit="U0", name=f"窗口{n}", kind="window") for n in range(1000)],
        ),
        by=staff("loader"),
        at=NOW,
    )
    assert made.enrolments.count() == 1000
    system.get(path)
    with django_assert_max_num_queries(24):
        assert system.get(path).status_code == 200


def test_a_point_is_added_edited_retired_and_reinstated(system):
    said = {"name": "新窗口", "kind": "window", "address": "一楼", "hours": ""}
    made = system.post(f"{LIST}units/B1/add/", said)["Location"]
    found = point("新窗口")
    assert made == f"{LIST}points/{found.pk}/"
    assert found.codes.get().code in html(system.get(made))
    system.post(f"{made}edit/", said | {"name": "改名窗口", "items": [found.unit.items.get().pk]})
    found = point("改名窗口")
    assert found.items.count() == 1
    asked = html(system.post(f"{made}retire/"))
    assert "停用“改名窗口”？" in asked
    assert point("改名窗口").retired_at is None
    system.post(f"{made}retire/", {"confirmed": "yes"})
    assert point("改名窗口").retired_at is not None
    assert system.get(f"{made}code.svg").status_code == 404
    again = system.post(f"{made}retire/", {"confirmed": "yes"}, follow=True)
    assert "该服务点已停用" in html(again)
    system.post(f"{made}reinstate/")
    assert point("改名窗口").retired_at is None


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ({"name": "综合1号窗口", "kind": "window"}, "本单位已有同名服务点"),
        ({"name": "", "kind": "window"}, 'value="一楼"'),
        ({"name": "x" * 121, "kind": "window"}, "x" * 121),
        ({"name": "x", "kind": "balcony"}, "error"),
    ],
)
def test_a_wrong_form_comes_back_filled_in(system, said, marked):
    answer = system.post(f"{LIST}units/B1/add/", said | {"address": "一楼"})
    assert answer.status_code == 422
    assert marked in html(answer)
    answer = system.post(f"{LIST}points/{point('自助终端').pk}/edit/", said | {"address": "一楼"})
    assert answer.status_code == 422
    assert marked in html(answer)


def test_a_torn_code_is_replaced_once_however_often_the_button_is_pressed(unit_admin):
    found = point("社保窗口")
    old = found.codes.get().code
    form = {"code": old, "reason": "海报被撕"}
    address = f"{LIST}points/{found.pk}/code/"
    assert unit_admin.post(address, {"code": old, "reason": ""}).status_code == 422
    assert unit_admin.post(address, form).status_code == 302
    again = unit_admin.post(address, form)
    assert again.status_code == 422
    assert "刚刚已被更换" in html(again)
    assert found.codes.count() == 2
    page = html(unit_admin.get(f"{LIST}points/{found.pk}/"))
    assert old in page
    assert "海报被撕" in page


def test_badges_come_and_go(unit_admin):
    add = f"{LIST}units/S1/posts/"
    assert unit_admin.post(add, {"badge": "007", "name": "张三"}).status_code == 302
    twice = unit_admin.post(add, {"badge": "007"})
    assert twice.status_code == 422
    assert "本单位已有此工号" in html(twice)
    other = {"badge": "8", "point": point("综合1号窗口").pk}
    assert unit_admin.post(add, other).status_code == 422
    post = Post.objects.get()
    unit_admin.post(f"{LIST}posts/{post.pk}/retire/")
    post.refresh_from_db()
    assert post.retired_at is not None
    elsewhere = actions.add_post(unit=Unit.objects.get(code="B1"), badge="1", by=staff("x"), at=NOW)
    assert unit_admin.post(f"{LIST}posts/{elsewhere.pk}/retire/").status_code == 404


def test_a_real_installation_begins_its_season_here(keeper, system):
    assert "还没有评议年度" in html(keeper.get(f"{LIST}seasons/"))
    said = {
        "code": "2097",
        "scheme": "wuhan-2023",
        "starts_on": "2097-03-01",
        "ends_on": "2097-11-30",
        "counts_by": "verdict",
    }
    assert system.post(f"{LIST}seasons/", said).status_code == 403
    backwards = keeper.post(f"{LIST}seasons/", said | {"ends_on": "2097-01-01"})
    assert backwards.status_code == 422
    assert "结束日期早于开始日期" in html(backwards)
    made = keeper.post(f"{LIST}seasons/", said)["Location"]
    assert "还有 2 个在用单位未登记" in html(keeper.get(made))
    assert system.post(f"{made}all/").status_code == 403
    keeper.post(f"{made}all/")
    assert Enrolment.objects.count() == 2
    keeper.post(f"{made}enrol/", {"unit": "S1", "group": "medical"})
    assert Enrolment.objects.get(unit__code="S1").group == "medical"
    keeper.post(f"{made}withdraw/", {"unit": "S1", "group": ""})
    assert Enrolment.objects.count() == 1
    unknown = keeper.post(f"{made}enrol/", {"unit": "NO", "group": ""})
    assert unknown.status_code == 422
    assert "没有这个编码的单位" in html(unknown)
    assert "进行中" not in html(keeper.get(f"{LIST}seasons/"))
    assert Season.objects.get().scheme == "wuhan-2023"


def test_a_districts_keeper_opens_no_season():
    browser = person(Role.SCHEME_KEEPER, area="420102")
    season()
    assert "建立年度" not in html(browser.get(f"{LIST}seasons/"))
    assert browser.post(f"{LIST}seasons/", {"code": "2027"}).status_code == 403
    assert browser.post(f"{LIST}seasons/2026/all/").status_code == 403


def test_the_words_are_the_models_own():
    assert [str(label) for _value, label in ServicePoint.Kind.choices] == list(words.KINDS)
    assert [str(label) for _value, label in Area.Level.choices] == list(words.LEVELS)
    assert [str(label) for _value, label in Season.CountsBy.choices] == list(words.COUNTS_BY)
