"""The sorter's desk: one case after the other."""

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework.actions import sort_case
from tests.casework.world import after
from tests.staff import signed_in
from tests.web.reading import form_ids, form_values, words

DESK = "/office/sorting/"


@pytest.fixture
def desk(world):
    return signed_in(world.sorter)


def test_the_most_urgent_case_stands_open(world, desk):
    later = world.case(rating=world.rate(at=after(hours=3), comment="the later words"))
    first = world.case(rating=world.rate(at=after(hours=-3), comment="the first words"))
    page = desk.get(DESK)
    assert "the first words" in words(page)
    assert "the later words" not in words(page)
    assert form_ids(page) >= {"sort", "sorting-filters"}
    assert f'action="{DESK}{first.number}/"' in page.content.decode()
    asked = desk.get(f"{DESK}?case={later.number}")
    assert "the later words" in words(asked)


def test_one_submission_sorts_and_opens_the_next(world, desk):
    first = world.case(rating=world.rate(at=after(hours=-3)))
    world.case(rating=world.rate(comment="the next one's words"))
    answer = desk.post(f"{DESK}{first.number}/", {"kind": "process", "note": "n"}, follow=True)
    assert answer.redirect_chain == [(DESK, 302)]
    assert f"{first.number} 已分拣：待回访。" in words(answer)
    assert "the next one's words" in words(answer)
    first.refresh_from_db()
    assert (first.state, first.kind) == ("to_call", "process")
    assert events_about(first).last().actor == world.sorter.audit_name


def test_a_lead_goes_under_embargo_and_out_of_sight(world, desk):
    case = world.case()
    answer = desk.post(
        f"{DESK}{case.number}/", {"kind": "conduct", "note": "private code", "lead": "on"}
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.embargoed, case.priority) == ("referred", True, "lead")
    assert desk.get(f"/office/cases/{case.number}/").status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"note": "kept"}, "kind"),
        ({"kind": "weather", "note": "kept"}, "kind"),
        ({"kind": "conduct", "lead": "on", "note": ""}, "note"),
        ({"kind": "conduct", "note": "好" * 2001}, "note"),
    ],
)
def test_bad_input_comes_back_filled_in(world, desk, sent, field):
    case = world.case()
    answer = desk.post(f"{DESK}{case.number}/", sent)
    assert answer.status_code == 422
    assert f'id="sort-{field}_error"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert form_values(answer, "sort")["note"] == sent["note"]
    case.refresh_from_db()
    assert case.state == "unsorted"


def test_the_slower_of_two_sorters_is_told_what_happened(world, desk):
    case = world.case()
    other = world.person("case_manager")
    sort_case(case=case, kind="policy", by=other, at=after(hours=1))
    answer = desk.post(f"{DESK}{case.number}/", {"kind": "conduct", "note": "my words"})
    assert answer.status_code == 409
    assert "案件当前状态不能办理此步" in words(answer)
    assert f"最近一步：{other.name}，分拣，转回访" in words(answer)
    assert form_values(answer, "sort")["note"] == "my words"
    case.refresh_from_db()
    assert case.kind == "policy"


def test_a_sorted_case_asked_for_gives_way_to_the_next(world, desk):
    gone = world.case("sorted")
    world.case(rating=world.rate(comment="still waiting"))
    page = desk.get(f"{DESK}?case={gone.number}")
    assert f"{gone.number} 已不在待分拣之列" in words(page)
    assert "still waiting" in words(page)


def test_an_empty_queue_says_so(world, desk):
    page = desk.get(DESK)
    assert "没有待分拣的差评。" in words(page)
    assert "sort" not in form_ids(page)


def test_numbers_in_her_words_are_taken_out(world, desk):
    world.case(rating=world.rate(comment="call me at 13812341234 any time"))
    assert "13812341234" not in desk.get(DESK).content.decode()
    assert "［手机号］" in words(desk.get(DESK))
