"""All cases, and one case's page: its next step, its greyed steps, what is refused."""

import csv
import io

import pytest

from pingyi.casework.actions import decide_case, dispatch_case
from pingyi.casework.states import State
from pingyi.kernel.tables import read_tables
from pingyi.people.roles import Role
from tests.casework.world import COMMENT, after
from tests.staff import signed_in
from tests.web.reading import form_ids, form_values, words

CASES = "/office/cases/"
WORDS = "请核实当日值守情况并整改。"


@pytest.fixture
def desk(world):
    return signed_in(world.manager)


def numbers(page) -> list[str]:
    body = page.content.decode().split("<tbody>")[1] if b"<tbody>" in page.content else ""
    return [part.split("/")[0] for part in body.split(f'href="{CASES}')[1:]]


def test_filters_sort_and_search(world, desk):
    placed, called = world.case("to_place"), world.case("sorted")
    assert numbers(desk.get(CASES)) == [called.number, placed.number]
    assert numbers(desk.get(f"{CASES}?sort=number")) == [placed.number, called.number]
    assert numbers(desk.get(f"{CASES}?state=to_place")) == [placed.number]
    assert numbers(desk.get(f"{CASES}?q={called.number[-4:]}")) == [called.number]
    assert len(numbers(desk.get(f"{CASES}?q=监察大队"))) == 2
    assert numbers(desk.get(f"{CASES}?q=民政局")) == []
    assert len(numbers(desk.get(f"{CASES}?area={world.district.code}&kind=conduct"))) == 2
    assert len(numbers(desk.get(f"{CASES}?late=yes"))) == 2  # their clocks ran out in June


@pytest.mark.parametrize("query", ["state=asleep", "late=perhaps", "area=0", "kind=%00"])
def test_a_filter_that_does_not_exist_is_told(world, desk, query):
    world.case()
    page = desk.get(f"{CASES}?{query}")
    assert page.status_code == 200
    assert 'class="error"' in page.content.decode()
    assert numbers(page) == []


@pytest.mark.parametrize("query", ["sort=salary", "page=0", "page=99999", "page=x", "export=pdf"])
def test_what_makes_no_sense_is_left_out(world, desk, query):
    case = world.case()
    assert numbers(desk.get(f"{CASES}?{query}")) == [case.number]


def test_files_hold_every_row_and_no_formula(world, desk):
    world.brigade.name = "=1+1"
    world.brigade.save()
    cases = [world.case("sorted"), world.case("to_place")]
    text = b"".join(desk.get(f"{CASES}?export=csv&sort=number")).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head[:2] == ["编号", "状态"]
    assert [row[0] for row in rows] == [case.number for case in cases]
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert COMMENT not in text
    book = read_tables(b"".join(desk.get(f"{CASES}?export=xlsx&state=to_place")))
    (sheet,) = book.values()
    assert [row.values["编号"] for row in sheet.rows] == [cases[1].number]


# What the case manager may do in each state: open forms by id, and greyed steps with a reason.
OFFERED = {
    "unsorted": {"move"},
    "sorted": {"refer", "move"},
    "unreachable": {"check", "handling", "dispatch", "refer", "decide", "move"},
    "to_place": {"check", "handling", "dispatch", "refer", "decide", "move"},
    "with_unit": {"recall", "move"},
    "referred": set(),
    "to_decide": {"check", "handling", "refer", "decide", "move"},
    "verified": {"refer", "reconsider", "reply"},
    "replied": {"refer", "second-call", "close"},  # her time to judge it ran out long ago
    "closed": {"refer", "pick"},
}


@pytest.mark.parametrize(("end", "forms"), OFFERED.items())
def test_each_state_offers_its_steps(world, desk, end, forms):
    case = world.case(end)
    page = desk.get(f"{CASES}{case.number}/")
    assigning = set() if end == "closed" else {"assign"}
    assert form_ids(page) - {"reveal"} == forms | assigning


def test_what_is_done_on_another_desk_is_a_link_there(world, desk):
    unsorted, to_call = world.case(), world.case("sorted")
    page = desk.get(f"{CASES}{unsorted.number}/").content.decode()
    assert f'href="/office/sorting/?case={unsorted.number}"' in page
    page = desk.get(f"{CASES}{to_call.number}/").content.decode()
    assert f'href="/office/calls/{to_call.number}/"' in page


def test_a_greyed_step_says_why(world, desk):
    case = world.case("replied", rating=world.rate(at=after(days=170)))
    page = desk.get(f"{CASES}{case.number}/")
    assert "评价人仍可再次评价，期满前不能办结" in words(page)
    assert "disabled" in page.content.decode()
    assert "close" not in form_ids(page)


def test_those_who_only_read_are_told_whose_turn_it_is(world):
    case = world.case("to_place")
    page = signed_in(world.person(Role.SCHEME_KEEPER)).get(f"{CASES}{case.number}/")
    assert form_ids(page) == set()
    assert "本案现由案件管理员办理。" in words(page)


def test_dispatch_answer_verdict_reply(world, desk):
    """The forms' field names are the actions' argument names, from placing to the reply."""
    case = world.case("to_place")

    def send(browser, path, **sent):
        answer = browser.post(path, sent, follow=True)
        assert answer.redirect_chain, words(answer)
        return answer

    page = f"{CASES}{case.number}/"
    send(desk, f"{page}dispatch/", unit=world.brigade.code, words=WORDS, grade="simple")
    unit = signed_in(world.unit_admin)
    own = f"/unit/cases/{case.number}/"
    send(unit, f"{own}acknowledge/")
    send(unit, f"{own}answer/", account="属实", measures="已增派人员", process_change="合并窗口")
    send(desk, f"{page}decide/", finding="verified", kind="process", reason="答复与回访一致")
    end = send(desk, f"{page}reply/", text="已查实并整改。")
    case.refresh_from_db()
    assert case.state == State.REPLIED
    assert "按方案扣分" in words(end)
    for told in ("转办", "签收", "报送办理情况", "认定", "答复评价人"):
        assert told in words(end)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"words": "", "grade": "simple"}, "words"),
        ({"words": WORDS, "grade": "hopeless"}, "grade"),
        ({"words": WORDS, "grade": "simple", "unit": "X1"}, "unit"),
        ({"words": "请致电 13812341234", "grade": "simple"}, "words"),
        ({"words": f"她说：{COMMENT}", "grade": "simple"}, "words"),
        ({"words": WORDS, "grade": "simple", "includes_matter": "on"}, "includes_matter"),
        ({"words": WORDS, "grade": "simple", "includes_words": "on"}, "includes_words"),
    ],
)
def test_a_dispatch_refused_comes_back_at_its_field(world, desk, sent, field):
    case = world.case("to_place")
    answer = desk.post(f"{CASES}{case.number}/dispatch/", sent)
    assert answer.status_code == 422
    assert f'id="dispatch-{field}_error"' in answer.content.decode()
    assert form_values(answer, "dispatch")["words"] == sent["words"]
    assert not case.dispatches.exists()


def test_verified_takes_more_than_words(world, desk):
    case = world.case("unreachable")
    sent = {"finding": "verified", "kind": "conduct", "reason": "she wrote so"}
    answer = desk.post(f"{CASES}{case.number}/decide/", sent)
    assert answer.status_code == 422
    assert "不能仅凭评价文字认定属实" in words(answer)
    assert 'id="decide-finding_error"' in answer.content.decode()


def test_a_kind_that_does_not_go_with_the_finding_comes_back_marked(world, desk):
    case = world.case("to_place")
    sent = {"finding": "void", "kind": "conduct", "reason": "rated the wrong window"}
    answer = desk.post(f"{CASES}{case.number}/decide/", sent)
    assert answer.status_code == 422
    assert 'id="decide-kind_error"' in answer.content.decode()
    assert "rated the wrong window" in answer.content.decode()


def test_voiding_asks_once_more(world, desk):
    case = world.case("to_place")
    sent = {"finding": "void", "kind": "mistaken", "reason": "rated the wrong window"}
    assert desk.post(f"{CASES}{case.number}/decide/", sent).status_code == 302
    page = desk.get(f"{CASES}{case.number}/")
    assert "您办理过本案" in words(page), "the first sees why it waits"
    assert "rated the wrong window" in words(page)
    second = signed_in(world.newcomer(Role.CASE_MANAGER))
    assert case.number in words(second.get("/office/cases/?state=to_confirm"))
    asked = second.post(f"{CASES}{case.number}/confirm/")
    assert asked.status_code == 200
    assert "认定为作废？" in words(asked)
    assert form_ids(asked) >= {"confirm"}
    assert not case.verdicts.exists()
    done = second.post(f"{CASES}{case.number}/confirm/", {"confirmed": "yes"})
    assert done.status_code == 302
    assert case.verdicts.get().finding == "void"


def test_the_loser_of_two_managers_is_told_what_happened(world, desk):
    case = world.case("to_place")
    other = world.person(Role.CASE_MANAGER, area=world.city)
    dispatch_case(case=case, words=WORDS, by=other, at=after(days=1))
    sent = {"finding": "unfounded", "kind": "conduct", "reason": "my careful grounds"}
    answer = desk.post(f"{CASES}{case.number}/decide/", sent)
    assert answer.status_code == 409
    assert "案件当前状态不能办理此步" in words(answer)
    assert f"最近一步：{other.name}，转办" in words(answer)
    assert form_values(answer, "decide")["reason"] == "my careful grounds"
    assert not case.verdicts.exists()


def test_nobody_reads_or_works_a_case_of_their_own_unit(world):
    from pingyi.people.actions import appoint
    from tests.casework.world import AT, FOUNDER

    both = world.person(Role.CASE_MANAGER, area=world.city)
    appoint(user=both, role=Role.UNIT_ADMIN, unit=world.brigade, by=FOUNDER, at=AT)
    browser = signed_in(both)
    for end in ("unsorted", "sorted", "to_place", "with_unit", "referred", "sealed"):
        case = world.case(end)
        assert browser.get(f"{CASES}{case.number}/").status_code == 404
        for desk in (CASES, f"{CASES}?export=csv", "/office/sorting/", "/office/calls/"):
            answer = browser.get(desk)
            shown = b"".join(answer) if answer.streaming else answer.content
            assert case.number not in shown.decode()
    given = world.case("with_unit")
    assert browser.get(f"/case/{given.number}/")["Location"] == f"/unit/cases/{given.number}/"


def test_the_verdict_shows_whether_it_costs_points(world, desk):
    case = world.case("to_decide")
    decide_case(
        case=case,
        finding="verified",
        kind="facility",
        reason="the lift was broken",
        by=world.manager,
        at=after(days=3),
    )
    assert "不扣分" in words(desk.get(f"{CASES}{case.number}/"))
