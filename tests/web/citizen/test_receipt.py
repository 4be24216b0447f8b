"""`/t/<receipt>`: alike for every rating; its story opens to a word or a code alone."""

import logging
import re
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.audit.keys import keyring
from pingyi.audit.queries import events
from pingyi.casework.models import Rejudgement
from pingyi.demo.cases import ENDS
from pingyi.notices.actions import TEXT
from pingyi.notices.models import OneTimeCode, Outgoing
from pingyi.notices.sending import send_due_messages
from pingyi.ratings import opening
from pingyi.ratings.models import Rating
from pingyi.web.citizen import throttle
from tests.casework.world import AT, COMMENT, MATTER, PHONE, World
from tests.web.citizen.reading import (
    Page,
    chinese_not_marked,
    heading_jumps,
    loose_references,
    unlabelled,
)

WORD = "江上清风"


def page(response) -> Page:
    return Page(response.content.decode())


def seen(response, rating: Rating) -> tuple:
    """All that reaches the browser, but for the receipt itself."""
    body = response.content.decode().replace(rating.receipt, "RECEIPT")
    for group in rating.receipt.split("-"):
        body = body.replace(f"<span>{group}</span>", "<span>GROUP</span>")
    headers = str(sorted(response.headers.items())).replace(rating.receipt, "RECEIPT")
    return response.status_code, headers, body, str(response.cookies)


def opened(rating: Rating, word: str = WORD) -> Client:
    client = Client()
    response = client.post(f"/t/{rating.receipt}", {"private_word": word})
    assert response.status_code == 303
    assert response.headers["Location"] == f"/t/{rating.receipt}/story"
    return client


def sent_code(rating: Rating) -> str:
    """The digits of the last message, once the worker has been round."""
    now = timezone.now()
    opening.send_wanted_codes(at=now)
    send_due_messages(at=now)
    message = Outgoing.objects.filter(purpose="code").latest("id")
    text = keyring().decrypt(bytes(message.text_cipher), context=TEXT)
    return re.search(r"\d{6}", text)[0]


@pytest.fixture
def every_kind(world: World) -> list[Rating]:
    """Best and worst, with and without a contact, and in every fate."""
    plain = [
        world.rate(level=level, phone=None, matter=None, comment="")
        for level in ("satisfied", "basically_satisfied")
    ]
    full = [
        world.rate(level=level, word=WORD)
        for level in ("satisfied", "dissatisfied", "dissatisfied")
    ]
    ends = ("settled", "verified", "replied", "closed", "voided", "embargoed")
    cases = [world.case(end).rating for end in ends if end in ENDS]
    assert len(cases) >= 3
    return plain + full + cases


def test_the_page_is_the_same_for_every_rating(every_kind: list[Rating]):
    looks = {str(seen(Client().get(f"/t/{r.receipt}"), r)) for r in every_kind}
    assert len(looks) == 1
    sizes = {len(Client().get(f"/t/{r.receipt}").content) for r in every_kind}
    assert len(sizes) == 1


def test_so_are_a_wrong_word_a_wrong_code_and_asking_for_a_code(every_kind: list[Rating]):
    for data in ({"private_word": "不对"}, {"code": "123456"}, {"send_code": "1"}):
        looks = {str(seen(Client().post(f"/t/{r.receipt}", data), r)) for r in every_kind}
        assert len(looks) == 1
    looks = {str(seen(Client().get(f"/t/{r.receipt}/code"), r)) for r in every_kind}
    assert len(looks) == 1


def test_so_is_the_work_done(every_kind: list[Rating]):
    """As many queries, hence about as long; the clock itself is the benchmark's affair."""

    def counts(ask) -> set[int]:
        found = set()
        for rating in every_kind:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                ask(rating)
            found.add(len(queries))
        return found

    client = Client()
    assert len(counts(lambda r: client.get(f"/t/{r.receipt}"))) == 1
    assert len(counts(lambda r: client.post(f"/t/{r.receipt}", {"private_word": "不对"}))) == 1
    assert len(counts(lambda r: client.post(f"/t/{r.receipt}", {"send_code": "1"}))) == 1
    opening.send_wanted_codes(at=timezone.now())
    assert len(counts(lambda r: client.post(f"/t/{r.receipt}", {"code": "123456"}))) == 1


def test_sending_looks_the_same_for_best_and_worst(world: World):
    """Response, receipt page, cookies: byte for byte but for the receipt."""
    looks = set()
    for level, comment in (("satisfied", ""), ("dissatisfied", COMMENT)):
        client = Client()
        client.get(f"/r/{world.code}")
        answer = client.post(
            f"/r/{world.code}", {"level": level, "comment": comment, "key": str(uuid4())}
        )
        rating = Rating.objects.latest("id")
        after = client.get(answer.headers["Location"])
        looks.add(
            str((answer.status_code, answer.content, sorted(answer.headers.items()))).replace(
                rating.receipt, "RECEIPT"
            )
            + str(seen(after, rating))
            + str(sorted(client.cookies.items()))
        )
    assert len(looks) == 1


def test_it_can_be_noted_and_read_out(world: World):
    rating = world.rate()
    receipt = page(Client().get(f"/t/{rating.receipt}")).one("p", class_="receipt")
    assert [span.text for span in receipt.all("span")] == rating.receipt.split("-")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_has_a_name_in_both_languages(world: World, language):
    rating = world.case("replied", rating=world.rate(word=WORD)).rating
    client = opened(rating)
    paths = ["/", "/t/", f"/t/{rating.receipt}", f"/t/{rating.receipt}/code"]
    for path in [*paths, f"/t/{rating.receipt}/story", "/t/abc"]:
        found = page(client.get(path, {"lang": language}))
        assert not unlabelled(found), path
        assert not loose_references(found), path
        assert not heading_jumps(found), path
        if language == "en":
            assert not chinese_not_marked(found), path


def test_typed_forgivingly(world: World):
    rating = world.rate()
    typed = f" {rating.receipt.upper().replace('-', ' ')} "
    response = Client().post("/t/", {"receipt": typed})
    assert response.headers["Location"] == f"/t/{rating.receipt}"
    response = Client().get(f"/t/{rating.receipt.replace('-', '').upper()}")
    assert response.headers["Location"] == f"/t/{rating.receipt}"


def test_a_mistyped_receipt_is_marked(world: World):
    response = Client().post("/t/", {"receipt": "abcd"})
    assert response.status_code == 422
    field = page(response).one("input", name="receipt")
    assert (field.get("value"), field.get("aria-invalid")) == ("abcd", "true")


def test_unknown_is_not_found_and_guessing_is_slowed_but_never_for_a_right_one(world: World):
    rating = world.rate()
    client = Client()
    for n in range(throttle.MISSES):
        assert client.get(f"/t/2222-2222-2222-{n:02}").status_code == 404
    slowed = client.get("/t/2222-2222-2222-22")
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert client.get(f"/t/{rating.receipt}").status_code == 200
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get("/t/2222-2222-2222-22").status_code == 404


def test_the_word_opens_it_for_a_while_in_this_browser(world: World):
    rating = world.case("verified", rating=world.rate(word=WORD)).rating
    client = opened(rating, word=f" {WORD} ")
    cookie = client.cookies["opened"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 900)
    assert cookie["path"] == f"/t/{rating.receipt}"
    story = page(client.get(f"/t/{rating.receipt}/story")).one("main").text
    assert world.brigade.name in story
    assert "评价已收到" in story
    assert "回访" in story
    assert Client().get(f"/t/{rating.receipt}/story").headers["Location"] == f"/t/{rating.receipt}"


def test_the_receipts_page_stays_neutral_while_opened(world: World):
    rating = world.case("replied", rating=world.rate(word=WORD)).rating
    client = opened(rating)
    assert (
        seen(client.get(f"/t/{rating.receipt}"), rating)[2]
        == (seen(Client().get(f"/t/{rating.receipt}"), rating)[2])
    )


def test_an_opened_one_opens_no_other(world: World):
    mine, other = world.rate(word=WORD), world.rate(word="别的词")
    client = opened(mine)
    client.cookies["opened"]["path"] = "/"
    response = client.get(f"/t/{other.receipt}/story")
    assert response.headers["Location"] == f"/t/{other.receipt}"


def test_it_closes_after_a_quarter_of_an_hour(world: World, monkeypatch: pytest.MonkeyPatch):
    rating = world.rate(word=WORD)
    client = opened(rating)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 15 * 60 + 1)
    assert client.get(f"/t/{rating.receipt}/story").status_code == 303


def test_it_closes_when_told(world: World):
    rating = world.rate(word=WORD)
    client = opened(rating)
    proof = page(client.get(f"/t/{rating.receipt}/story")).all("input")[0].get("value")
    client.post(f"/t/{rating.receipt}/story", {"close": "1", "proof": proof})
    assert client.get(f"/t/{rating.receipt}/story").status_code == 303


def test_a_word_is_guessed_only_so_often(world: World):
    rating = world.rate(word=WORD)
    for n in range(opening.TRIES):
        wrong = Client(REMOTE_ADDR=f"192.0.2.{n}").post(
            f"/t/{rating.receipt}", {"private_word": "不对"}
        )
        assert wrong.status_code == 422
    right = Client().post(f"/t/{rating.receipt}", {"private_word": WORD})
    assert right.status_code == 429
    later = timezone.now() + opening.WINDOW + timedelta(seconds=1)
    assert opening.open_by_word(rating, WORD, at=later)


def test_a_code_reaches_the_phone_and_opens_once(world: World):
    rating = world.rate()
    client = Client()
    asked = client.post(f"/t/{rating.receipt}", {"send_code": "1"})
    assert asked.headers["Location"] == f"/t/{rating.receipt}/code"
    code = sent_code(rating)
    response = client.post(f"/t/{rating.receipt}", {"code": f" {code} "})
    assert response.headers["Location"] == f"/t/{rating.receipt}/story"
    assert client.get(f"/t/{rating.receipt}/story").status_code == 200
    assert Client().post(f"/t/{rating.receipt}", {"code": code}).status_code == 422


def test_a_code_is_good_for_ten_minutes(world: World):
    rating = world.rate()
    opening.ask_for_code(rating, at=timezone.now())
    code = sent_code(rating)
    late = timezone.now() + timedelta(minutes=11)
    assert not opening.open_by_code(rating, code, at=late)


def test_without_a_phone_nothing_is_sent_and_nothing_shows_it(world: World):
    rating = world.rate(phone=None)
    Client().post(f"/t/{rating.receipt}", {"send_code": "1"})
    opening.send_wanted_codes(at=timezone.now())
    assert not Outgoing.objects.exists()
    assert OneTimeCode.objects.get().settled_at is not None


def test_codes_are_asked_for_only_so_often(world: World):
    rating = world.rate()
    answers = [
        Client().post(f"/t/{rating.receipt}", {"send_code": "1"}).status_code for _ in range(4)
    ]
    assert answers == [303, 303, 303, 429]


def test_she_reads_the_answer_and_is_satisfied(world: World):
    case = world.case("replied", rating=world.rate(word=WORD))
    client = opened(case.rating)
    story = page(client.get(f"/t/{case.rating.receipt}/story"))
    assert case.replies.last().text.split()[0] in story.one("main").text
    proof = story.all("input")[0].get("value")
    client.post(
        f"/t/{case.rating.receipt}/story",
        {"proof": proof, "satisfied": "yes", "words": "谢谢"},
    )
    judged = Rejudgement.objects.get()
    assert (judged.satisfied, judged.words, judged.by) == (True, "谢谢", "citizen")
    after = page(client.get(f"/t/{case.rating.receipt}/story"))
    assert "满意" in after.one("main").text
    assert not [node for node in after.all("input") if node.get("name") == "satisfied"]


@pytest.mark.parametrize(
    "wrong", [{"satisfied": ""}, {"satisfied": "maybe"}, {"satisfied": "no", "words": "长" * 501}]
)
def test_a_judgement_with_a_mistake_comes_back(world: World, wrong):
    case = world.case("replied", rating=world.rate(word=WORD))
    client = opened(case.rating)
    path = f"/t/{case.rating.receipt}/story"
    proof = page(client.get(path)).all("input")[0].get("value")
    response = client.post(path, {"proof": proof, "words": "还是没人", **wrong})
    assert response.status_code == 422
    assert page(response).one("textarea", name="words").text == wrong.get("words", "还是没人")
    assert not Rejudgement.objects.exists()


def test_nobody_judges_without_the_proof_of_the_page(world: World):
    case = world.case("replied", rating=world.rate(word=WORD))
    client = opened(case.rating)
    client.post(f"/t/{case.rating.receipt}/story", {"satisfied": "yes"})
    assert not Rejudgement.objects.exists()


@pytest.mark.parametrize("level", ["satisfied", "dissatisfied"])
def test_judging_too_early_is_refused_kindly(world: World, level):
    rating = world.rate(level=level, word=WORD)
    client = opened(rating)
    path = f"/t/{rating.receipt}/story"
    proof = page(client.get(path)).all("input")[0].get("value")
    response = client.post(path, {"proof": proof, "satisfied": "yes"})
    assert response.status_code == 422
    assert "不能再评价" in response.content.decode()


def test_no_phone_word_or_matter_number_leaks(world: World, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    rating = world.case("replied", rating=world.rate(word=WORD)).rating
    client = Client()
    client.post(f"/t/{rating.receipt}", {"private_word": "不对"})
    client.post(f"/t/{rating.receipt}", {"send_code": "1"})
    code = sent_code(rating)
    client.post(f"/t/{rating.receipt}", {"private_word": WORD})
    story = client.get(f"/t/{rating.receipt}/story").content.decode()
    plain = "".join(
        str(row)
        for row in [
            *events().values(),
            *Outgoing.objects.values(),
            *OneTimeCode.objects.values(),
        ]
    )
    for secret in (PHONE, WORD, MATTER, COMMENT, code):
        assert secret not in caplog.text
        assert secret not in plain
        assert secret not in story
    assert rating.recorded_at == AT
