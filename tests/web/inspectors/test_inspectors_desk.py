"""The inspectors' desk: leads first; investigate, conclude, report, release."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from pingyi.casework.models import Case
from pingyi.casework.queries import score_events
from pingyi.people.roles import Role
from tests.casework.world import PHONE, after
from tests.staff import signed_in
from tests.web.reading import form_ids, form_values, words

DESK = "/inspectors/"


@pytest.fixture
def desk(world):
    return signed_in(world.inspector)


def test_leads_come_first_whatever_their_due_time(world, desk):
    plain = world.case("referred", rating=world.rate(at=after(days=-9)))
    lead = world.case("sealed")
    text = desk.get(DESK).content.decode()
    assert text.index(lead.number) < text.index(plain.number)
    turned = desk.get(f"{DESK}?sort=-priority").content.decode()
    assert turned.index(plain.number) < turned.index(lead.number)


def test_conduct_comes_before_all_else_but_leads(world, desk):
    facility = world.case("referred", rating=world.rate(at=after(days=-9)))
    Case.objects.filter(pk=facility.pk).update(kind="facility")
    conduct, lead = world.case("referred"), world.case("sealed")
    assert conduct.kind == "conduct"
    text = desk.get(DESK).content.decode()
    places = [text.index(case.number) for case in (lead, conduct, facility)]
    assert places == sorted(places)


def test_the_office_finds_the_proposed_verdict_filled_in(world, desk):
    case = world.case("referred")
    sent = {"account": "it was so", "finding": "partly", "kind": "process"}
    desk.post(f"{DESK}{case.number}/report/", sent)
    page = signed_in(world.manager).get(f"/office/cases/{case.number}/")
    form = page.content.decode().split('id="decide"')[1].split("</form>")[0]
    chosen = re.findall(r'value="(\w+)"[^>]*(?:selected|checked)', form)
    assert chosen == ["partly", "process"]
    assert "建议认定：部分属实 · 程序" in words(page)


def test_a_lead_is_investigated_concluded_and_released(world, desk):
    case = world.case("sealed")
    page = desk.get(f"{DESK}{case.number}/")
    assert {"note", "conclude", "release"} <= form_ids(page)
    assert "案件处于保密期，待纪检解除" in words(page)  # why it cannot be reported
    assert "report" not in form_ids(page)

    desk.post(f"{DESK}{case.number}/note/", {"note": "two years of statements"})
    desk.post(
        f"{DESK}{case.number}/conclude/",
        {"account": "money on a private account", "finding": "verified", "kind": "conduct"},
    )
    assert list(score_events(world.season, after(days=200))) == []
    page = desk.get(f"{DESK}{case.number}/")
    assert "two years of statements" in words(page)
    assert form_ids(page) - {"reveal"} == {"release"}

    done = desk.post(f"{DESK}{case.number}/release/", {"reason": "measures taken"}, follow=True)
    assert "已解除保密" in words(done)
    case.refresh_from_db()
    assert (case.embargoed, case.state) == (False, "to_reply")
    office = signed_in(world.manager).get(f"/office/cases/{case.number}/")
    assert "money on a private account" in words(office)
    assert "two years of statements" not in words(office)


def test_findings_are_reported_to_the_office(world, desk):
    case = world.case("referred")
    answer = desk.post(f"{DESK}{case.number}/report/", {"account": "it was so"}, follow=True)
    assert "已报告" in words(answer)
    case.refresh_from_db()
    assert case.state == "to_decide"
    assert case.number not in words(desk.get(DESK))
    assert case.number in words(desk.get(f"{DESK}all/"))
    assert form_ids(desk.get(f"{DESK}{case.number}/")) <= {"reveal"}


@pytest.mark.parametrize(
    ("key", "sent", "field"),
    [
        ("note", {"note": " "}, "note"),
        ("report", {"account": ""}, "account"),
        ("report", {"account": "kept", "finding": "verified", "kind": "malicious"}, "kind"),
        ("conclude", {"account": "kept", "finding": "verified"}, "kind"),
        ("release", {}, "reason"),
    ],
)
def test_bad_input_comes_back(world, desk, key, sent, field):
    case = world.case("referred" if key == "report" else "sealed")
    answer = desk.post(f"{DESK}{case.number}/{key}/", sent)
    assert answer.status_code == 422
    assert f'id="{key}-{field}_error"' in answer.content.decode()
    if "account" in sent:
        assert form_values(answer, key)["account"] == sent["account"]


def test_a_contact_is_shown_once_and_logged(world, desk):
    case = world.case("sealed")
    shown = desk.post(
        f"{DESK}{case.number}/reveal/", {"what": "phone", "reason": "to ask about the code"}
    )
    assert PHONE in words(shown)
    assert PHONE not in desk.get(f"{DESK}{case.number}/").content.decode()
    assert "to ask about the code" in words(desk.get(f"{DESK}{case.number}/"))


def test_what_was_never_referred_is_not_found_here(world, desk):
    case = world.case("to_place")
    assert desk.get(f"{DESK}{case.number}/").status_code == 404


def test_an_office_link_to_a_sealed_case_leads_here(world, desk):
    case = world.case("sealed")
    assert desk.get(f"/office/cases/{case.number}/").url == f"{DESK}{case.number}/"
    assert desk.get(f"/case/{case.number}/").url == f"{DESK}{case.number}/"


def test_an_empty_desk_says_so(desk, world):
    assert "没有待核查的移交件。" in words(desk.get(DESK))


def test_an_inspector_asks_for_more_time_and_another_gives_it(world, desk):
    start = timezone.now() - timedelta(hours=8)
    case = world.case("sealed", rating=world.rate(at=start))
    page = desk.get(f"{DESK}{case.number}/")
    assert "ask-time" in form_ids(page)
    assert "理由只有纪检可见" in words(page)
    wrong = {"what": "extension", "days": "9", "reason": "等待鉴定"}
    refused = desk.post(f"{DESK}{case.number}/ask-time/", wrong)
    assert refused.status_code == 422
    assert "等待鉴定" in refused.content.decode()
    given = {"what": "pause", "days": "", "reason": "等待鉴定"}
    page = desk.post(f"{DESK}{case.number}/ask-time/", given, follow=True)
    assert "等待鉴定" in words(page)
    assert "您是申请人" in words(page)
    assert desk.post(f"{DESK}{case.number}/grant-time/").status_code == 409
    second = signed_in(world.newcomer(Role.INSPECTOR))
    assert case.number in second.get(f"{DESK}?waits=yes").content.decode()
    assert second.post(f"{DESK}{case.number}/grant-time/").status_code == 302
    assert "已暂停" in words(second.get(DESK))
    assert case.number not in second.get(f"{DESK}?waits=yes").content.decode()
    assert desk.post(f"{DESK}{case.number}/resume/").status_code == 302
    assert "已暂停" not in words(desk.get(DESK))


def test_the_office_sees_that_more_time_is_asked_for_but_not_why(world, desk):
    case = world.case("referred", rating=world.rate(at=timezone.now() - timedelta(hours=8)))
    given = {"what": "extension", "days": "2", "reason": "等待鉴定"}
    assert desk.post(f"{DESK}{case.number}/ask-time/", given).status_code == 302
    page = signed_in(world.manager).get(f"/office/cases/{case.number}/")
    assert "延期 2 个工作日" in words(page)
    assert "等待鉴定" not in words(page)
    assert "grant-time" not in form_ids(page)
