"""Changes one by one: each leaves its event, each refusal its reason."""

from datetime import date, datetime

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.audit.queries import events_about
from pingyi.directory import actions
from pingyi.directory.models import Item, PointCode, Post, Season, ServicePoint, Unit
from pingyi.directory.policies import Refused, Why
from pingyi.directory.seasons import groups_in_use, season_on
from pingyi.kernel.workdays import SHANGHAI
from tests.directory.build import NOW, season

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]

BY = {"by": SYSTEM, "at": NOW}
BEFORE = {"by": SYSTEM, "at": datetime(2026, 2, 1, tzinfo=SHANGHAI)}


def refused(why: Why):
    return pytest.raises(Refused, check=lambda error: error.why is why and str(error))


def point(name: str = "自助终端") -> ServicePoint:
    return ServicePoint.objects.get(name=name)


def unit(code: str = "B1") -> Unit:
    return Unit.objects.get(code=code)


def last_event(subject):
    return events_about(subject).last()


def test_a_new_point_has_its_code_at_once():
    made = actions.add_point(unit=unit(), name="新窗口", kind="window", **BY)
    assert made.codes.get().replaced_at is None
    assert last_event(made).data["code"] == made.codes.get().code
    with refused(Why.NAME_TAKEN):
        actions.add_point(unit=unit(), name="新窗口", kind="hall", **BY)


def test_editing_says_what_changed():
    items = Item.objects.filter(unit=unit())
    said = {"name": "终端", "kind": "terminal", "address": "一楼", "hours": ""}
    actions.edit_point(point=point(), items=items, **said, **BY)
    changed = point("终端")
    assert last_event(changed).data == {
        "name": ["自助终端", "终端"],
        "address": ["", "一楼"],
        "items": ["1001"],
    }
    with refused(Why.NAME_TAKEN):
        actions.edit_point(point=changed, **(said | {"name": "综合1号窗口"}), **BY)


def test_a_replaced_code_leads_to_the_new_one_and_never_comes_back():
    old = point().codes.get()
    new = actions.replace_code(code=old, reason="海报被撕", **BY)
    old.refresh_from_db()
    assert (old.replaced_at, old.reason) == (NOW, "海报被撕")
    assert point().codes.get(replaced_at=None) == new
    assert last_event(point()).data == {"old": old.code, "new": new.code, "reason": "海报被撕"}
    with refused(Why.CODE_REPLACED):
        actions.replace_code(code=old, reason="再来一次", **BY)
    assert point().codes.count() == 2


def test_a_taken_code_is_drawn_again(monkeypatch):
    taken = PointCode.objects.order_by("pk").first().code
    drawn = iter([taken, "23456789k"])
    monkeypatch.setattr("pingyi.directory.codes.new_point_code", lambda source: next(drawn))
    made = actions.add_point(unit=unit(), name="新窗口", kind="window", **BY)
    assert made.codes.get().code == "23456789k"


def test_retired_and_reinstated():
    found = actions.retire_point(point=point(), **BY)
    with refused(Why.POINT_RETIRED):
        actions.retire_point(point=found, **BY)
    with refused(Why.POINT_RETIRED):
        actions.replace_code(code=found.codes.get(), reason="x", **BY)
    with refused(Why.POINT_RETIRED):
        actions.edit_point(point=found, name="x", kind="hall", address="", hours="", **BY)
    actions.reinstate_point(point=found, **BY)
    assert point().retired_at is None
    with refused(Why.NOT_RETIRED):
        actions.reinstate_point(point=point(), **BY)


def test_a_unit_retires_with_its_points():
    actions.retire_unit(unit=unit(), **BY)
    assert not unit().points.filter(retired_at=None).exists()
    assert last_event(unit()).data == {"points": 2}
    with refused(Why.UNIT_RETIRED):
        actions.retire_unit(unit=unit(), **BY)
    with refused(Why.UNIT_RETIRED):
        actions.add_point(unit=unit(), name="x", kind="window", **BY)
    with refused(Why.UNIT_RETIRED):
        actions.reinstate_point(point=point(), **BY)


def test_posts_keep_names_out_of_events():
    post = actions.add_post(unit=unit(), badge="007", name="张三", point=point(), **BY)
    assert "张三" not in str(last_event(post).data)
    with refused(Why.BADGE_TAKEN):
        actions.add_post(unit=unit(), badge="007", **BY)
    with refused(Why.OTHER_UNITS_POINT):
        actions.add_post(unit=unit("S1"), badge="8", point=point(), **BY)
    actions.retire_post(post=post, **BY)
    assert Post.objects.get().retired_at == NOW
    with refused(Why.POST_RETIRED):
        actions.retire_post(post=post, **BY)


def test_a_season_says_under_which_rules():
    made = season()
    data = last_event(made).data
    assert (data["scheme"], len(data["digest"])) == ("wuhan-2023", 64)
    assert season_on(date(2026, 3, 1)) == season_on(date(2026, 11, 30)) == made
    assert season_on(date(2026, 12, 1)) is None
    assert set(groups_in_use(date(2026, 1, 1))) == {"offices", "stations", "medical", "utilities"}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"code": "2026"}, Why.SEASON_TAKEN),
        ({"starts_on": date(2026, 11, 30)}, Why.SEASONS_OVERLAP),
        ({"ends_on": date(2026, 12, 31)}, Why.DATES_REVERSED),
        ({"scheme": "wuhan-1999"}, Why.SCHEME_UNKNOWN),
    ],
)
def test_seasons_that_cannot_be(changed, why):
    season()
    said = {
        "code": "2027",
        "scheme": "wuhan-2023",
        "starts_on": date(2027, 1, 1),
        "ends_on": date(2027, 12, 31),
    }
    with refused(why):
        actions.open_season(**(said | changed), **BY)
    assert Season.objects.count() == 1


def test_everyone_is_enrolled_once():
    made = season()
    assert actions.enrol_all(season=made, **BY) == 2
    assert actions.enrol_all(season=made, **BY) == 0
    assert dict(made.enrolments.values_list("unit__code", "group")) == {
        "B1": "offices",
        "S1": "stations",
    }


def test_groups_the_scheme_lacks_are_named():
    made = season(scheme="jiangmen-2008")
    with pytest.raises(Refused, match="offices、stations"):
        actions.enrol_all(season=made, **BY)
    with refused(Why.GROUP_UNKNOWN):
        actions.enrol(season=made, unit=unit(), **BY)
    assert actions.enrol(season=made, unit=unit(), group="party_mass", **BY).group == "party_mass"


def test_a_season_that_has_begun_moves_nobody():
    made = season()
    actions.enrol(season=made, unit=unit(), **BEFORE)
    actions.enrol(season=made, unit=unit(), group="medical", **BEFORE)
    with refused(Why.SEASON_BEGUN):
        actions.enrol(season=made, unit=unit(), **BY)
    with refused(Why.SEASON_BEGUN):
        actions.withdraw(season=made, unit=unit(), **BY)
    assert actions.enrol(season=made, unit=unit("S1"), **BY).group == "stations"
    actions.withdraw(season=made, unit=unit(), **BEFORE)
    assert made.enrolments.get().unit == unit("S1")


def test_a_season_that_is_over_takes_nobody():
    made = season("2025")
    with refused(Why.SEASON_OVER):
        actions.enrol(season=made, unit=unit(), **BY)
    with refused(Why.SEASON_OVER):
        actions.enrol_all(season=made, **BY)
    actions.retire_unit(unit=unit(), **BY)
    with refused(Why.UNIT_RETIRED):
        actions.enrol(season=season("2027"), unit=unit(), **BY)
