"""The start page, the style guide, the frame, and what is shown when nothing is."""

import pytest
from django.conf import settings
from django.test import override_settings

from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role
from tests.casework.world import AT
from tests.staff import signed_in, staff
from tests.web.reading import words


def test_the_start_page_counts_ones_own_queues_late_first(world):
    world.case("sorted")
    world.case("unreachable", rating=world.rate())
    world.case("unsorted")
    page = words(signed_in(world.caller).get("/desk/"))
    assert "待回访 给评价人打电话，问清情况 1" in page
    assert "待核查" in page
    assert "待分拣" not in page  # the sorter's
    assert "共 2 件" in page
    assert "2 件超期" in page


def test_an_empty_queue_has_no_button(world):
    page = signed_in(world.sorter).get("/desk/")
    assert "已清空" in words(page)
    assert "去办理" not in words(page)


def test_without_queues_the_menu_is_the_start(world):
    page = signed_in(world.person(Role.SCHEME_KEEPER)).get("/desk/")
    assert "可以从这里开始" in words(page)
    assert 'href="/office/cases/"' in page.content.decode()


def test_without_an_appointment_it_says_whom_to_ask(db):
    assert "请联系安全管理员任命" in words(signed_in(staff("newcomer")).get("/desk/"))


def test_what_waits_in_the_inbox_is_counted_in_the_bar(world):
    user = world.manager
    for read_at in (None, None, AT):
        InboxItem.objects.create(
            user=user, text="案件超期", link="/office/cases/", created_at=AT, read_at=read_at
        )
    page = signed_in(user).get("/office/cases/")
    assert '<span class="count">2</span>' in page.content.decode()


@pytest.mark.parametrize(("role", "mine"), [(Role.SORTER, True), (Role.LEADER, False)])
def test_the_menu_holds_what_one_may_open(world, role, mine):
    page = signed_in(world.person(role)).get("/desk/").content.decode()
    assert ('href="/office/sorting/"' in page) is mine


def test_the_menu_marks_where_one_is(world):
    page = signed_in(world.sorter).get("/office/sorting/").content.decode()
    assert '<a href="/office/sorting/" aria-current="page">' in page


def test_a_long_menu_folds_and_a_short_one_does_not(world):
    page = signed_in(world.manager).get("/office/letters/").content.decode()
    assert page.count('<details name="menu">') == 3
    folded = page.split('<summary class="here">')[1].split("</details>")[0]
    assert '<a href="/office/letters/" aria-current="page">' in folded
    assert '<details name="menu">' not in signed_in(world.unit_admin).get("/desk/").content.decode()


def test_anyone_may_read_the_style_guide_in_a_trial(client, db):
    assert settings.PINGYI.trial
    assert "组件样例" in words(client.get("/styleguide/"))


def test_in_production_staff_alone(client, world):
    import dataclasses

    with override_settings(PINGYI=dataclasses.replace(settings.PINGYI, mode="production")):
        assert client.get("/styleguide/").status_code == 302
        assert signed_in(world.sorter).get("/styleguide/").status_code == 200


def test_not_found_and_forbidden_lead_on(world):
    browser = signed_in(world.sorter)
    missing, barred = browser.get("/office/nothing/"), browser.get("/office/calls/")
    assert (missing.status_code, barred.status_code) == (404, 403)
    assert "没有这一页" in words(missing)
    assert "您没有打开此页的权限" in words(barred)
    assert 'href="/desk/"' in barred.content.decode()


def test_no_page_may_be_kept(world):
    answer = signed_in(world.sorter).get("/office/sorting/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
