"""What a rater may ask about her data: through her receipt, and on paper at the office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pingyi.audit import queries as audit
from pingyi.audit.actions import SYSTEM
from pingyi.audit.keys import keyring
from pingyi.casework.actions import reveal_contact
from pingyi.notices import codes
from pingyi.notices.models import TEXT, OneTimeCode, Outgoing
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.privacy import requests
from pingyi.privacy.models import DataRequest, RequestKind
from pingyi.privacy.policies import Refused, Why
from pingyi.ratings.contacts import open_phone
from pingyi.ratings.models import Contact, Rating, UnitTally
from tests.casework.world import AT, COMMENT, MATTER, PHONE, World
from tests.staff import signed_in

WORD = "江花红胜火"
OTHER = "13698765432"


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet():
    cache.clear()


@pytest.fixture
def rating(world: World) -> Rating:
    return world.rate(word=WORD)


def phone_left(rating: Rating) -> str:
    return open_phone(Contact.objects.get(pk=rating.pk), keyring=keyring())


def opened(rating: Rating) -> Client:
    browser = Client()
    browser.post(f"/t/{rating.receipt}", {"private_word": WORD})
    return browser


def sent(browser: Client, rating: Rating, **fields: str):
    there = f"/t/{rating.receipt}/mine"
    proof = browser.cookies["opened"].value
    return browser.post(there, {"proof": proof, **fields})


# ── through her receipt ──────────────────────────────────────────────


def test_the_receipt_alone_shows_nothing(rating):
    answer = Client().get(f"/t/{rating.receipt}/mine")
    assert (answer.status_code, answer["Location"]) == (303, f"/t/{rating.receipt}")


def test_once_open_she_sees_what_is_kept_and_who_looked(world: World, rating):
    case = world.case("settled", rating=rating)
    reveal_contact(case=case, what="phone", reason="密语", by=world.caller, at=AT)
    page = opened(rating).get(f"/t/{rating.receipt}/mine").content.decode()
    assert "138****1234" in page
    assert COMMENT in page
    assert "评议办公室工作人员查看了手机号" in page
    for hidden in (PHONE, MATTER, WORD, "密语", world.caller.username):
        assert hidden not in page


def test_under_embargo_it_says_nothing_of_the_case(world: World, rating):
    case = world.case("sealed", rating=rating)
    reveal_contact(case=case, what="phone", reason="核查", by=world.inspector, at=AT)
    kept = requests.kept_of(rating)
    assert kept.case is None
    assert kept.looks == []


def test_she_corrects_her_phone(rating):
    browser = opened(rating)
    wrong = sent(browser, rating, phone="12345")
    assert wrong.status_code == 422
    assert 'value="12345"' in wrong.content.decode()
    assert sent(browser, rating, phone="136 9876 5432").status_code == 303
    assert phone_left(rating) == OTHER
    request = DataRequest.objects.get()
    assert (request.kind, request.way, request.settled_by) == ("correct", "page", "citizen")
    assert OTHER not in str([event.data for event in audit.events()])


def test_erasing_asks_for_a_tick(rating):
    assert sent(opened(rating), rating, erase="1").status_code == 422
    assert phone_left(rating) == PHONE


def test_erasing_leaves_the_fact_and_the_tallies(rating):
    before = list(UnitTally.objects.values())
    browser = opened(rating)
    assert sent(browser, rating, erase="1", sure="yes").status_code == 303
    assert phone_left(rating) == ""
    assert list(UnitTally.objects.values()) == before
    assert Rating.objects.get().comment == COMMENT
    page = browser.get(f"/t/{rating.receipt}/mine").content.decode()
    assert "您的联系方式已不在系统中" in page
    assert sent(browser, rating, erase="1", sure="yes").status_code == 422
    assert Client().post(f"/t/{rating.receipt}", {"private_word": WORD}).status_code == 422


def test_a_case_that_waits_for_its_call_goes_on_without(world: World, rating):
    case = world.case("sorted", rating=rating)
    page = opened(rating).get(f"/t/{rating.receipt}/mine").content.decode()
    assert "删除之后不再给您回访" in page
    sent(opened(rating), rating, erase="1", sure="yes")
    case.refresh_from_db()
    assert case.state == "to_check"
    assert not case.clocks.running().filter(rule="call_back").exists()
    assert case.calls.get().by == "system"


def test_an_answered_one_says_what_is_lost(world: World, rating):
    world.case("replied", rating=rating)
    page = opened(rating).get(f"/t/{rating.receipt}/mine").content.decode()
    assert "删除之后不能再评价办理结果" in page


def test_without_her_browsers_proof_nothing_is_done(rating):
    browser = opened(rating)
    answer = browser.post(f"/t/{rating.receipt}/mine", {"proof": "x", "erase": "1", "sure": "yes"})
    assert answer.status_code == 303
    assert phone_left(rating) == PHONE


# ── on paper, at the office ──────────────────────────────────────────


def filed(world: World, rating: Rating, kind: str = "erase", *, at=AT) -> DataRequest:
    return requests.file_request(rating=rating, kind=kind, by=world.manager, at=at)


def proved(world: World, request: DataRequest, *, at=AT) -> None:
    requests.ask_for_code(request=request, by=world.manager, at=at)
    requests.send_wanted_codes(at=at)
    text = keyring().decrypt(bytes(Outgoing.objects.last().text_cipher), context=TEXT)
    code = "".join(c for c in text.split("，")[0] if c.isdigit())
    assert requests.verify(request=request, code=code, by=world.manager, at=at)


def test_its_clock_runs_fifteen_working_days(world: World, rating):
    clock = filed(world, rating).clocks.get()
    local = timezone.localtime(clock.due_at)
    assert local.strftime("%Y-%m-%d %H:%M") == "2026-06-23 23:59"  # 端午 on 19 June is free
    assert clock.is_running


def test_nothing_is_done_before_the_code(world: World, rating):
    request = filed(world, rating)
    with pytest.raises(Refused) as refused:
        requests.settle(request=request, by=world.manager, at=AT)
    assert refused.value.why is Why.NOT_VERIFIED
    assert not requests.verify(request=request, code="000000", by=world.manager, at=AT)
    proved(world, request)
    with pytest.raises(Refused):
        requests.settle(request=request, by=world.manager, at=AT + timedelta(days=1))
    requests.settle(request=request, by=world.manager, at=AT)
    assert phone_left(rating) == ""
    assert request.clocks.get().met_at == AT
    with pytest.raises(Refused) as refused:
        requests.settle(request=request, by=world.manager, at=AT)
    assert refused.value.why is Why.SETTLED


def test_the_code_goes_to_the_phone_left_and_says_what_it_is_for(world: World, rating):
    proved(world, filed(world, rating))
    text = keyring().decrypt(bytes(Outgoing.objects.get().text_cipher), context=TEXT)
    assert "请告诉经办人" in text
    assert OneTimeCode.objects.get().subject_kind == "datarequest"


def test_without_a_phone_no_code_and_a_refusal_says_why(world: World):
    request = filed(world, world.rate(phone=None))
    with pytest.raises(Refused) as refused:
        requests.ask_for_code(request=request, by=world.manager, at=AT)
    assert refused.value.why is Why.NO_PHONE
    with pytest.raises(Refused):
        requests.refuse(request=request, reason=" ", by=world.manager, at=AT)
    requests.refuse(request=request, reason="无法核实本人", by=world.manager, at=AT)
    assert DataRequest.objects.get().refusal == "无法核实本人"


def test_showing_is_a_look_and_logged(world: World, rating):
    request = filed(world, rating, "see")
    proved(world, request)
    requests.settle(request=request, by=world.manager, at=AT)
    (look,) = audit.reads_of(rating)
    assert (look.reader, look.what) == (world.manager.username, "kept")


def test_nobody_handles_a_rating_of_their_own_unit(world: World, rating):
    user = world.manager
    appoint(user=user, role=Role.UNIT_ADMIN, unit=world.brigade, by=SYSTEM, at=AT)
    with pytest.raises(Refused) as refused:
        filed(world, rating)
    assert refused.value.why is Why.OWN_UNIT
    assert not requests.within_reach(user).exists()


def test_each_office_handles_its_own_area(world: World, rating):
    filed(world, rating)
    elsewhere = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    assert requests.within_reach(world.manager).count() == 1
    assert not requests.within_reach(elsewhere).exists()
    assert requests.rating_for(elsewhere, rating.receipt) is None


def test_the_whole_way_through_the_pages(world: World, rating):
    browser = signed_in(world.manager)
    bad = browser.post("/office/requests/new/", {"receipt": "nope", "kind": "erase"})
    assert bad.status_code == 422
    assert "没有这个回执" in bad.content.decode()
    form = {"receipt": rating.receipt.upper(), "kind": "erase", "note": "来信第 12 号"}
    there = browser.post("/office/requests/new/", form).headers["Location"]
    assert "来信第 12 号" in browser.get(there).content.decode()
    assert browser.post(f"{there}settle/").status_code == 200  # asked once more
    browser.post(f"{there}settle/", {"confirmed": "yes"})
    assert phone_left(rating) == PHONE, "not before the code"
    browser.post(f"{there}send-code/")
    requests.send_wanted_codes(at=timezone.now())
    text = keyring().decrypt(bytes(Outgoing.objects.last().text_cipher), context=TEXT)
    code = "".join(c for c in text.split("，")[0] if c.isdigit())
    assert browser.post(f"{there}verify/", {"code": "x"}).status_code == 422
    assert browser.post(f"{there}verify/", {"code": code}).status_code == 302
    browser.post(f"{there}settle/", {"confirmed": "yes"})
    assert phone_left(rating) == ""
    page = browser.get(there).content.decode()
    assert '<form method="post" action="/office' not in page
    assert PHONE not in page
    listed = browser.get("/office/requests/?state=done").content.decode()
    assert there in listed


def test_shown_and_corrected_through_the_pages(world: World, rating):
    browser = signed_in(world.manager)
    for kind in (RequestKind.SEE, RequestKind.CORRECT):
        request = filed(world, rating, kind, at=timezone.now())
        proved(world, request, at=timezone.now())
        there = f"/office/requests/{request.pk}/"
        if kind is RequestKind.SEE:
            page = browser.post(f"{there}settle/").content.decode()
            assert "138****1234" in page
            assert PHONE not in page
            assert COMMENT not in page
        else:
            assert browser.post(f"{there}settle/", {"phone": "12"}).status_code == 422
            assert DataRequest.objects.get(pk=request.pk).settled_at is None
            assert browser.post(f"{there}settle/", {"phone": OTHER}).status_code == 302
    assert phone_left(rating) == OTHER


def test_too_many_codes(world: World, rating):
    request = filed(world, rating)
    for _ in range(codes.REQUESTS):
        requests.ask_for_code(request=request, by=world.manager, at=AT)
    with pytest.raises(codes.TooManyCodes):
        requests.ask_for_code(request=request, by=world.manager, at=AT)
