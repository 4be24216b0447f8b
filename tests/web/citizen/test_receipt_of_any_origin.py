"""`/t/<receipt>` of who spoke up in another way than by a rating: the same page, the same rules."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.audit.queries import events
from pingyi.casework import receipts
from pingyi.casework.actions import refer_case
from pingyi.casework.models import Case, Rejudgement
from pingyi.demo.cases import walk
from pingyi.notices.models import OneTimeCode, Outgoing
from pingyi.notices.sending import send_due_messages
from tests.casework.world import World, a_petition, after
from tests.web.citizen.reading import chinese_not_marked, unlabelled
from tests.web.citizen.test_receipt import page, seen, sent_code

PHONE = "13900000001"


def answered(world: World, phone: str = PHONE) -> Case:
    case = a_petition(world, phone=phone, point=world.point)
    return walk(case, ["sort", "check", "verify", "reply"], hands=world.hands, at=after(hours=2))


def opened(case: Case) -> Client:
    """Opened by the code that went to her phone."""
    client, address = Client(), f"/t/{case.source.receipt}"
    client.post(address, {"send_code": "1"})
    receipts.send_wanted_codes(at=timezone.now())
    response = client.post(address, {"code": sent_code(None)})
    assert response.headers["Location"] == f"{address}/story"
    return client


def judge(client: Client, case: Case, **data: str):
    path = f"/t/{case.source.receipt}/story"
    proof = page(client.get(path)).all("input")[0].get("value")
    return client.post(path, {"proof": proof} | data)


def test_it_looks_as_every_rating_does(world: World):
    """Byte for byte, opened or wrong: nobody at a counter learns what kind of receipt it is."""
    held = [world.rate(), answered(world).source, a_petition(world).source]
    assert len({str(seen(Client().get(f"/t/{one.receipt}"), one)) for one in held}) == 1
    for data in ({"private_word": "不对"}, {"code": "123456"}, {"send_code": "1"}):
        looks = {str(seen(Client().post(f"/t/{one.receipt}", data), one)) for one in held}
        assert len(looks) == 1, data


def test_the_code_opens_it_and_she_reads_what_became_of_it(world: World):
    case = answered(world)
    found = page(opened(case).get(f"/t/{case.source.receipt}/story"))
    story = found.one("main").text
    for said in (world.brigade.name, world.point.name, "您反映的事项已受理", "已答复您"):
        assert said in story
    assert case.replies.last().text.split()[0] in story
    assert "个人信息" not in story
    assert PHONE not in story
    assert not unlabelled(found)


def test_in_english(world: World):
    case = answered(world)
    found = page(opened(case).get(f"/t/{case.source.receipt}/story", {"lang": "en"}))
    assert "What you told us was taken up" in found.one("main").text
    assert not chinese_not_marked(found)


def test_not_satisfied_it_is_reopened_once_however_often_it_is_sent(world: World):
    case = answered(world)
    client = opened(case)
    path = f"/t/{case.source.receipt}/story"
    proof = page(client.get(path)).all("input")[0].get("value")
    sent = {"proof": proof, "satisfied": "no", "words": "还是推"}
    assert client.post(path, sent).headers["Location"] == path
    again = client.post(path, sent)
    assert again.status_code == 422
    assert "现在不能再评价" in again.content.decode()
    judged = Rejudgement.objects.get()
    assert (judged.satisfied, judged.words, judged.by) == (False, "还是推", "citizen")
    assert Case.objects.get().state == "to_place"


@pytest.mark.parametrize("wrong", [{"satisfied": ""}, {"satisfied": "no", "words": "长" * 501}])
def test_a_mistake_comes_back_filled_in(world: World, wrong: dict[str, str]):
    case = answered(world)
    response = judge(opened(case), case, **{"words": "还是推", **wrong})
    assert response.status_code == 422
    assert page(response).one("textarea", name="words").text == wrong.get("words", "还是推")
    assert not Rejudgement.objects.exists()


def test_an_opened_rating_opens_no_petition_of_the_same_number(world: World):
    """The cookie names the receipt: numbers in the database may be alike."""
    case = answered(world)
    other = world.rate(word="江上清风")
    client = Client()
    client.post(f"/t/{other.receipt}", {"private_word": "江上清风"})
    client.cookies["opened"]["path"] = "/"
    response = client.get(f"/t/{case.source.receipt}/story")
    assert response.headers["Location"] == f"/t/{case.source.receipt}"


def test_without_a_phone_nothing_opens_it(world: World):
    case = answered(world, phone="")
    address = f"/t/{case.source.receipt}"
    Client().post(address, {"send_code": "1"})
    assert receipts.send_wanted_codes(at=timezone.now()) == 1
    send_due_messages(at=timezone.now())
    assert not Outgoing.objects.filter(purpose="code").exists()
    assert OneTimeCode.objects.get().settled_at is not None
    assert Client().post(address, {"code": "123456"}).status_code == 422


def test_guesses_are_counted_as_for_ratings(world: World):
    address = f"/t/{answered(world).source.receipt}"
    answers = [Client().post(address, {"code": "000000"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    asked = [Client().post(address, {"send_code": "1"}).status_code for _ in range(4)]
    assert asked == [303, 303, 303, 429]


def test_what_is_kept_is_told_at_the_office(world: World):
    case = answered(world)
    client, address = opened(case), f"/t/{case.source.receipt}"
    assert client.get(f"{address}/mine").headers["Location"] == address


def test_an_embargo_does_not_show(world: World):
    case = a_petition(world, phone=PHONE)
    walk(case, ["sort", "check"], hands=world.hands, at=after(hours=2))
    client, address = opened(case), f"/t/{case.source.receipt}/story"
    before = page(client.get(address)).one("main").text
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=after(days=1))
    assert page(client.get(address)).one("main").text == before


def test_no_phone_or_code_is_logged(world: World, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    case = answered(world)
    opened(case)
    plain = "".join(str(row) for row in (*events().values(), *Outgoing.objects.values()))
    for secret in (PHONE, sent_code(None), "社保"):
        assert secret not in caplog.text
        assert secret not in plain
