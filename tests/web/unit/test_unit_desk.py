"""The unit's desk: the office's words, the unit's answer, and nothing about the rater."""

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.audit.queries import reads_of
from pingyi.casework.actions import dispatch_case
from pingyi.directory.actions import enrol
from tests.casework.world import AT, COMMENT, MATTER, PHONE, after
from tests.staff import signed_in
from tests.web.reading import form_ids, form_values, words

DESK = "/unit/"
ANSWER = {"account": "one clerk on duty", "measures": "a second one since Monday"}


@pytest.fixture
def desk(world):
    return signed_in(world.unit_admin)


@pytest.fixture
def case(world):
    return world.case("with_unit")


def url(case, key=""):
    return f"{DESK}cases/{case.number}/" + (f"{key}/" if key else "")


def test_what_was_dispatched_waits_in_the_offices_words(case, desk):
    page = desk.get(DESK)
    assert case.number in words(page)
    assert case.dispatches.get().words in words(page)
    own = desk.get(url(case))
    assert case.dispatches.get().words in words(own)
    assert {"acknowledge", "answer"} <= form_ids(own)


def test_nothing_on_its_pages_tells_who_rated_or_how(world, case, desk):
    rating = case.rating
    told = (
        PHONE,
        "138****1234",
        MATTER,
        COMMENT,
        rating.receipt,
        "不满意",
        f"{rating.recorded_at:%Y-%m-%d %H}",
        world.caller.name,
        world.manager.name,
    )
    for page in (desk.get(url(case)), desk.get(f"{DESK}?export=csv")):
        text = b"".join(page).decode()
        assert [what for what in told if what in text] == []


def test_acknowledge_and_answer(case, desk):
    desk.post(url(case, "acknowledge"))
    page = desk.get(url(case))
    assert "acknowledge" not in form_ids(page)
    assert "已经签收" in words(page)
    answer = desk.post(url(case, "answer"), ANSWER | {"process_change": "a rota"}, follow=True)
    assert "已报送" in words(answer)
    case.refresh_from_db()
    assert case.state == "to_decide"
    assert case.answers.get().process_change == "a rota"
    assert "answer" not in form_ids(answer)
    assert "本案现由案件管理员办理。" in words(answer)


@pytest.mark.parametrize("missing", ["account", "measures"])
def test_an_incomplete_answer_comes_back(case, desk, missing):
    answer = desk.post(url(case, "answer"), ANSWER | {missing: "  "})
    assert answer.status_code == 422
    assert f'id="answer-{missing}_error"' in answer.content.decode()
    kept = form_values(answer, "answer")
    assert [kept[name] for name in ANSWER if name != missing] == [
        ANSWER[name] for name in ANSWER if name != missing
    ]


def test_answered_twice_tells_the_second(world, case, desk):
    desk.post(url(case, "answer"), ANSWER)
    answer = desk.post(url(case, "answer"), ANSWER | {"account": "my long account"})
    assert answer.status_code == 409
    assert "最近一步" in words(answer)
    assert form_values(answer, "answer")["account"] == "my long account"


def test_the_offices_forms_are_not_the_units(case, desk):
    for key in ("decide", "recall", "reply", "sort", "nothing"):
        assert desk.post(url(case, key)).status_code == 404


def test_her_matter_and_words_come_only_with_her_consent(world, desk):
    case = world.case("unsorted")
    from pingyi.demo.cases import walk

    walk(case, ("sort", "stand_and_agree"), hands=world.hands, at=after(hours=2))
    dispatch_case(
        case=case,
        words="Please look into this.",
        includes_matter=True,
        includes_words=True,
        by=world.manager,
        at=after(days=1),
    )
    page = desk.get(url(case))
    assert COMMENT in words(page)
    assert MATTER not in page.content.decode()
    assert "reveal" in form_ids(page)
    shown = desk.post(url(case, "reveal"), {"what": "matter", "reason": "to find the file"})
    assert MATTER in words(shown)
    assert reads_of(case).get().reader == world.unit_admin.username
    phone = desk.post(url(case, "reveal"), {"what": "phone", "reason": "curious"})
    assert phone.status_code == 409
    assert PHONE not in phone.content.decode()


def test_without_consent_there_is_nothing_to_reveal(case, desk):
    assert "reveal" not in form_ids(desk.get(url(case)))
    answer = desk.post(url(case, "reveal"), {"what": "matter", "reason": "curious"})
    assert answer.status_code == 409
    assert MATTER not in answer.content.decode()


def test_filters_and_files(case, desk):
    assert case.number in words(desk.get(f"{DESK}?state=with_unit"))
    assert case.number in words(desk.get(f"{DESK}?late=yes"))
    assert case.number not in words(desk.get(f"{DESK}?state=closed"))
    assert case.number in b"".join(desk.get(f"{DESK}?export=csv")).decode("utf-8-sig")


def test_what_the_unit_must_do_next_stands_first(world, case, desk):
    answered = world.case("verified", at=after(days=-20))
    dues = [one.clocks.running().order_by("due_at")[0].due_at for one in (answered, case)]
    assert dues == sorted(dues), "the office's clock of the answered one runs out first"
    page = words(desk.get(DESK))
    assert page.index(case.number) < page.index(answered.number)


def test_a_rated_unit_is_led_to_its_score(world, desk):
    link = f"/scoreboard/{world.season.code}/{world.brigade.code}/"
    assert link not in desk.get(DESK).content.decode()
    enrol(season=world.season, unit=world.brigade, by=SYSTEM, at=AT)
    assert f'href="{link}"' in desk.get(DESK).content.decode()
    assert desk.get(link).status_code == 200


def test_too_few_ratings_show_no_figures(world, desk):
    assert "评价满 10 条后显示。" in words(desk.get(DESK))
    for _ in range(10):
        world.rate(level="satisfied")
    page = desk.get(DESK)
    assert "100.00 %" in words(page)
    assert "10 条评价" in words(page)
    world.rate(level="dissatisfied")
    assert words(desk.get(DESK)) == words(page)
