"""The office's releases: prepared by one, published by another, corrected with a reason, proved."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from django.db import connection

from pingyi import rulebook
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.kernel.tables import read_tables
from pingyi.notices.models import InboxItem
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.publication import actions as publication
from pingyi.publication import policies
from pingyi.publication.duties import propose_from_releases
from pingyi.publication.models import Release
from pingyi.publication.protection import unprotect
from pingyi.publication.terms import Kind
from tests.publication.conftest import AUGUST, JULY, Town
from tests.publication.conftest import town as town
from tests.staff import signed_in
from tests.web.reading import words

DESK = "/office/releases/"


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr("pingyi.web.office.releases.timezone.now", lambda: JULY)


def test_one_prepares_and_another_publishes(town: Town, now):
    keeper, leader = signed_in(town.keeper), signed_in(town.leader)
    form = keeper.get(DESK).context["form"]
    offered = [key for key, _ in form.fields["what"].choices]
    assert offered[0] == "2026/monthly/2026-06-30"
    made = keeper.post(DESK, {"what": offered[0], "listed": "5", "note": "附注"}, follow=True)
    draft = Release.objects.get()
    assert (draft.kind, draft.listed, draft.note) == (Kind.MONTHLY, 5, "附注")
    assert "须由准备人以外的另一人发布" in words(made)
    publish = f"{DESK}{draft.pk}/publish/"
    keeper.post(publish, {"confirmed": "yes"})
    draft.refresh_from_db()
    assert draft.state == "prepared"
    assert "不能撤回" in words(leader.post(publish))
    draft.refresh_from_db()
    assert draft.state == "prepared"
    leader.post(publish, {"confirmed": "yes"})
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == ("published", town.leader.username)


def test_whoever_may_publish_is_told_of_a_draft_and_nobody_else(town: Town, now):
    """Not whoever prepared it, nor a district's, who cannot publish for the city."""
    second = town.world.person(Role.CASE_MANAGER, area=town.world.city)
    district = town.world.person(Role.LEADER)
    leader = town.leader
    draft = town.prepare()
    told = InboxItem.objects.filter(link=f"{DESK}{draft.pk}/")
    assert {one.user for one in told} == {leader, second}
    assert town.keeper not in {one.user for one in told}
    assert district not in {one.user for one in told}
    assert "请另一人核对并发布" in words(signed_in(leader).get("/inbox/"))
    publication.publish(release=draft, by=leader, at=JULY)
    publication.correct(release=draft, reason="重新认定一件", by=leader, at=JULY)
    assert InboxItem.objects.filter(user=town.keeper).count() == 1


@pytest.mark.parametrize(
    ("scheme", "first", "listed"),
    [("wuhan-2018", "2026/weekly/2026-06-28", 10), ("wuhan-2023", "2026/monthly/2026-06-30", 10)],
)
def test_the_scheme_says_how_often_and_how_many(town: Town, now, scheme, first, listed):
    """2018 weekly ten worst; monthly since 2020 (DOMAIN §1.5). Left empty, the scheme's number."""
    type(town.season).objects.filter(pk=town.season.pk).update(scheme=scheme)
    keeper = signed_in(town.keeper)
    offered = keeper.get(DESK).context["form"].fields["what"].choices
    assert offered[0][0] == first
    assert {key.split("/")[1] for key, _ in offered} == {"weekly", "half_monthly", "monthly"}
    keeper.post(DESK, {"what": first, "listed": "", "note": ""})
    assert Release.objects.get().listed == listed


def test_a_scheme_that_lists_three_lists_three(town: Town, now, monkeypatch):
    scheme = rulebook.scheme("wuhan-2023")
    said = msgspec.structs.replace(scheme.releases, bulletin="half_monthly", listed=3)
    three = msgspec.structs.replace(scheme, releases=said)
    monkeypatch.setattr(rulebook, "scheme", lambda name: three)
    assert town.prepare().listed == 3
    assert town.prepare(kind=Kind.WEEKLY, through=date(2026, 6, 28), listed=7).listed == 7
    offered = signed_in(town.keeper).get(DESK).context["form"].fields["what"].choices
    assert offered[0][0] == "2026/half_monthly/2026-06-30"
    silent = msgspec.structs.replace(scheme, releases=None)
    monkeypatch.setattr(rulebook, "scheme", lambda name: silent)
    assert town.prepare(kind=Kind.HALF_MONTHLY, through=date(2026, 6, 30)).listed == 10


def test_a_wrong_form_comes_back_filled_in(town: Town, now):
    page = signed_in(town.keeper).post(DESK, {"what": "nonsense", "listed": "0", "note": "留着"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"what", "listed"}
    assert "留着" in page.content.decode()


def test_nothing_is_offered_twice(town: Town, now):
    town.prepare()
    form = signed_in(town.keeper).get(DESK).context["form"]
    assert "2026/monthly/2026-06-30" not in [key for key, _ in form.fields["what"].choices]


@pytest.mark.parametrize("role", [Role.SCHEME_KEEPER, Role.CASE_MANAGER, Role.LEADER])
def test_a_district_reads_but_does_not_release_for_the_city(town: Town, now, role: Role):
    release = town.release()
    draft = town.prepare(kind=Kind.WEEKLY, through=JULY.date() - timedelta(days=5))
    browser = signed_in(town.world.person(role))
    assert browser.get(DESK).context["form"] is None
    assert browser.get(f"{DESK}{release.pk}/").status_code == 200
    for deed in ("publish", "give-up", "correct"):
        answer = browser.post(f"{DESK}{draft.pk}/{deed}/", {"confirmed": "yes", "reason": "x"})
        assert answer.status_code == 403
    draft.refresh_from_db()
    assert draft.state == "prepared"


def test_what_moved_since_the_release_before_is_shown(town: Town, now):
    town.release(AUGUST - timedelta(days=30))
    town.world.case("verified")
    draft = town.prepare(kind=Kind.WEEKLY, through=JULY.date() - timedelta(days=5))
    said = words(signed_in(town.leader).get(f"{DESK}{draft.pk}/"))
    assert "3 个单位的得分或名次有变" in said
    assert "100.00 → 97.00" in said
    assert "▼ 2" in said


def test_a_correction_is_prepared_with_its_reason(town: Town, now):
    release = town.release()
    keeper = signed_in(town.keeper)
    there = f"{DESK}{release.pk}/correct/"
    page = keeper.post(there, {"reason": " "})
    assert page.status_code == 422
    assert "reason" in page.context["form"].errors
    keeper.post(there, {"reason": "一件查实有误"})
    corrected = Release.objects.get(supersedes=release)
    assert corrected.reason == "一件查实有误"
    assert "（更正）" in words(keeper.get(f"{DESK}{corrected.pk}/"))
    said = words(keeper.get(f"{DESK}{release.pk}/"))
    assert str(policies.TEXTS[policies.Why.BEING_PREPARED]) in said


def test_a_draft_is_given_up(town: Town, now):
    draft = town.prepare()
    signed_in(town.keeper).post(f"{DESK}{draft.pk}/give-up/")
    draft.refresh_from_db()
    assert draft.state == "given_up"


def test_it_is_proved_on_its_page(town: Town, now):
    release = town.release()
    there = f"{DESK}{release.pk}/verify/"
    assert "核验一致" in words(signed_in(town.leader).get(there))
    unprotect(connection)
    other = release.results.get(code="S3").content
    release.results.filter(code="S2").update(content=other)
    assert "核验不一致" in words(signed_in(town.leader).get(there))


def test_lists_are_taken_away_and_sorted_by_every_column(town: Town, now):
    release = town.release()
    browser = signed_in(town.leader)
    for suffix in ("xlsx", "docx"):
        assert b"".join(browser.get(f"{DESK}{release.pk}/list.{suffix}")).startswith(b"PK")
    for column in ("title", "through", "prepared", "published"):
        assert "2026 年 6 月通报" in words(browser.get(f"{DESK}?sort=-{column}"))
    for state in ("prepared", "published", "given_up"):
        found = words(browser.get(f"{DESK}?state={state}&kind=monthly&season=2026"))
        assert ("2026 年 6 月通报" in found) == (state == "published")
    assert b"2026" in b"".join(browser.get(f"{DESK}?export=csv"))


def test_what_follows_stands_on_its_page_before_and_after(town: Town, now):
    """Of a draft what will be proposed, of a public one what became of it; each to who may."""
    town.world.case("verified")
    draft = town.prepare()
    leader = signed_in(town.leader)
    said = words(leader.get(f"{DESK}{draft.pk}/?group=stations"))
    assert "结果运用" in said
    assert "约谈负责人并公开" in said
    assert "发布后提出" in said
    assert not Duty.objects.exists()
    assert "结果运用" not in words(leader.get(f"{DESK}{draft.pk}/?group=offices"))
    publication.publish(release=draft, by=town.leader, at=JULY)
    propose_from_releases(by=SYSTEM, at=JULY)
    duty = Duty.objects.get()
    there = f'href="/office/duties/{duty.pk}/"'
    page = leader.get(f"{DESK}{draft.pk}/?group=stations")
    assert there in page.content.decode()
    assert "待决定" in words(page)
    for url in ("/office/duties/", f"/office/duties/{duty.pk}/"):
        assert "月通报 2026-06-30" in words(leader.get(url))
        english = words(leader.get(url, headers={"Accept-Language": "en"}))
        assert "Monthly bulletin 2026-06-30" in english
        assert "通报 2026" not in english
    leader.post(f"/office/duties/{duty.pk}/decide/", {"outcome": "waived", "reason": "刚合并"})
    assert "不采取" in words(leader.get(f"{DESK}{draft.pk}/?group=stations"))
    elsewhere = signed_in(town.world.person(Role.LEADER, area=town.world.elsewhere))
    assert there not in elsewhere.get(f"{DESK}{draft.pk}/?group=stations").content.decode()
    given_up = town.prepare(kind=Kind.WEEKLY, through=JULY.date() - timedelta(days=5))
    publication.give_up(release=given_up, by=town.keeper, at=JULY)
    assert "结果运用" not in words(leader.get(f"{DESK}{given_up.pk}/?group=stations"))


def test_whoever_serves_a_unit_too_takes_away_the_publics_rates(town: Town, now):
    town.rated(town.stations[2], date(2026, 6, 9), good=4)  # too few to be public
    release = town.release()
    both = town.world.newcomer(Role.CASE_MANAGER)

    def rates(user) -> set[str]:
        file = b"".join(signed_in(user).get(f"{DESK}{release.pk}/list.xlsx"))
        sheet = read_tables(file, filename="x.xlsx")["基层站所"]
        return {row.values["满意率"] for row in sheet.rows if row.values["编码"] == "S3"}

    assert rates(both) == {"100.00%"}
    appoint(user=both, role=Role.UNIT_ADMIN, unit=town.stations[2].unit, by=SYSTEM, at=JULY)
    assert rates(both) == {"—"}
