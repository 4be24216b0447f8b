"""The caller's desk: numbers shown one at a time, outcomes logged."""

import pytest

from pingyi.audit.queries import reads_of
from pingyi.casework.actions import confirm_move, log_call, propose_move
from pingyi.people.roles import Role
from tests.casework.world import MATTER, PHONE, after
from tests.staff import signed_in
from tests.web.reading import form_ids, form_values, words

QUEUE = "/office/calls/"


@pytest.fixture
def desk(world):
    return signed_in(world.caller)


@pytest.fixture
def case(world):
    return world.case("sorted")


def test_the_queue_leads_to_the_call(case, desk):
    assert f'href="{QUEUE}{case.number}/"' in desk.get(QUEUE).content.decode()
    page = desk.get(f"{QUEUE}{case.number}/")
    assert {"call", "reveal"} <= form_ids(page)
    assert "您在投诉窗口办事后作过一次评价" in words(page)


def test_the_number_is_masked_until_a_reason_is_given(world, case, desk):
    page = desk.get(f"{QUEUE}{case.number}/")
    assert "138****1234" in words(page)
    for hidden in (PHONE, MATTER):
        assert hidden not in page.content.decode()
    shown = desk.post(
        f"{QUEUE}{case.number}/reveal/", {"what": "phone", "reason": "to call her back"}
    )
    assert PHONE in words(shown)
    assert MATTER not in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    (look,) = reads_of(case)
    assert (look.reader, look.what, look.reason) == (
        world.caller.username,
        "phone",
        "to call her back",
    )
    assert PHONE not in desk.get(f"{QUEUE}{case.number}/").content.decode()


@pytest.mark.parametrize(
    "sent", [{"what": "phone"}, {"reason": "why"}, {"what": "name", "reason": "r"}]
)
def test_no_number_without_a_reason(case, desk, sent):
    answer = desk.post(f"{QUEUE}{case.number}/reveal/", sent)
    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()
    assert not reads_of(case).exists()


def test_who_may_not_reveal_is_not_offered_it(world, case):
    sorter = signed_in(world.sorter)
    page = sorter.get(f"/office/cases/{case.number}/")
    assert "reveal" not in form_ids(page)
    sent = {"what": "phone", "reason": "curious"}
    assert sorter.post(f"/office/cases/{case.number}/reveal/", sent).status_code == 403


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ({"outcome": "answered_settled", "reply": "explained"}, "closed"),
        ({"outcome": "answered_stands", "note": "she says so"}, "to_place"),
        ({"outcome": "no_answer"}, "to_call"),
        ({"outcome": "wrong_number"}, "to_check"),
    ],
)
def test_an_outcome_moves_the_case(case, desk, sent, state):
    answer = desk.post(f"{QUEUE}{case.number}/", sent, follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert f"{case.number} 已登记回访" in words(answer)
    case.refresh_from_db()
    assert case.state == state


def test_consent_is_kept(case, desk):
    sent = {"outcome": "answered_stands", "note": "n", "consents_matter": "on"}
    desk.post(f"{QUEUE}{case.number}/", sent)
    call = case.calls.get()
    assert (call.consents_matter, call.consents_words) == (True, False)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"note": "kept"}, "outcome"),
        ({"outcome": "answered_stands", "reply": "kept"}, "note"),
        ({"outcome": "answered_settled", "note": "kept"}, "reply"),
        ({"outcome": "no_answer", "note": "kept", "consents_words": "on"}, "outcome"),
    ],
)
def test_bad_input_comes_back_at_its_field(case, desk, sent, field):
    answer = desk.post(f"{QUEUE}{case.number}/", sent)
    assert answer.status_code == 422
    assert f'id="call-{field}_error"' in answer.content.decode()
    assert "kept" in form_values(answer, "call").values()
    assert not case.calls.exists()


def test_attempts_are_shown(world, case, desk):
    log_call(case=case, outcome="no_answer", by=world.caller, at=after(hours=2))
    assert "1 次 · 无人接听" in words(desk.get(QUEUE))
    assert "无人接听" in words(desk.get(f"{QUEUE}{case.number}/"))


def test_the_desk_says_which_hours_were_tried_and_what_is_missing(world, case, desk):
    page = f"{QUEUE}{case.number}/"
    assert "还差" not in words(desk.get(page))
    for hours in (24, 48, 72.5):  # ten o'clock, ten o'clock, half past ten
        log_call(case=case, outcome="no_answer", by=world.caller, at=after(hours=hours))
    said = words(desk.get(page))
    assert "无人接听的钟点：10:00。 还差 2 个钟点。" in said
    assert said.count("同一钟点，不另计") == 2
    log_call(case=case, outcome="no_answer", by=world.caller, at=after(hours=76))
    assert "无人接听的钟点：10:00 · 14:00。 还差 1 个钟点。" in words(desk.get(page))
    english = words(desk.get(page, headers={"Accept-Language": "en"}))
    assert "No answer at: 10:00 · 14:00. 1 more hour of the day to try." in english


def test_the_slower_caller_is_told(world, case, desk):
    other = world.manager
    log_call(case=case, outcome="answered_settled", reply="done", by=other, at=after(hours=2))
    sent = {"outcome": "answered_stands", "note": "what she told me"}
    answer = desk.post(f"{QUEUE}{case.number}/", sent)
    assert answer.status_code == 409
    assert f"最近一步：{other.name}，回访解决，办结" in words(answer)
    assert form_values(answer, "call")["note"] == "what she told me"


def test_what_is_not_to_be_called_leads_to_its_case(world, desk):
    case = world.case("to_place")
    answer = desk.get(f"{QUEUE}{case.number}/")
    assert answer.url == f"/office/cases/{case.number}/"


def test_without_a_phone_it_is_checked(world, desk):
    case = world.case("sorted", rating=world.rate(phone=None, call_back=False))
    assert case.number in words(desk.get("/office/checks/"))
    assert case.number not in words(desk.get(QUEUE))
    page = desk.get(f"/office/cases/{case.number}/")
    assert "check" in form_ids(page)
    answer = desk.post(
        f"/office/cases/{case.number}/check/", {"note": "nobody at the window", "stands": "on"}
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "to_place"


def test_the_second_call_is_a_queue_and_a_form_of_its_own(world, desk):
    case = world.case("replied")
    assert "待复访" in words(desk.get("/desk/"))
    found = desk.get("/office/cases/?ask=yes&sort=due")
    assert case.number in words(found)
    page = desk.get(f"/office/cases/{case.number}/")
    assert "second-call" in form_ids(page)
    there = f"/office/cases/{case.number}/second-call/"
    refused = desk.post(there, {"outcome": "unsatisfied"})
    assert refused.status_code == 422
    assert "此项必填" in words(refused)
    assert desk.post(there, {"outcome": "unsatisfied", "words": "还是没人"}).status_code == 302
    case.refresh_from_db()
    assert case.state == "to_place"
    late = desk.post(there, {"outcome": "satisfied"})
    assert late.status_code == 409
    assert case.number not in words(desk.get("/office/cases/?ask=yes"))


def test_of_a_case_moved_to_no_known_point_the_script_names_the_unit(world, case, desk):
    propose_move(
        case=case, unit=world.bureau, reason="局里的事", by=world.sorter, at=after(hours=5)
    )
    second = world.newcomer(Role.CASE_MANAGER)
    confirm_move(case=case, by=second, at=after(hours=6))
    page = words(desk.get(f"{QUEUE}{case.number}/"))
    assert f"您在{world.bureau.name}办事后作过一次评价" in page
