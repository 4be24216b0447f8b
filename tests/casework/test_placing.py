"""Checks, dispatches to a unit, referrals, and what may reach the unit."""

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework.actions import dispatch_case, note_check, recall_dispatch, refer_case
from pingyi.casework.models import Case, Dispatch
from pingyi.casework.reasons import Incomplete
from pingyi.casework.wording import repeats
from pingyi.files.actions import checked
from tests.casework.test_sorting import clocks
from tests.casework.world import COMMENT, MATTER, PHONE, World, after
from tests.files.uploads import pdf, upload

LATER = after(days=1)
WORDS = "有群众反映窗口无人值守，请核实整改。"


def dispatch(world: World, case: Case, **given) -> Dispatch:
    given = {"words": WORDS, "by": world.manager, "at": LATER, **given}
    return dispatch_case(case=case, **given)


def test_a_check_is_noted_and_meets_the_call_back_clock(world: World):
    case = world.case("sorted", rating=world.rate(phone=None))
    first = note_check(case=case, note="监控无异常", by=world.manager, at=LATER)
    assert Case.objects.get().state == "to_check"
    assert clocks(case)["call_back"] == "met"
    note_check(case=case, note="再访，属实", stands=True, by=world.caller, at=LATER)
    assert Case.objects.get().state == "to_place"
    assert [check.note for check in case.checks.all()] == ["监控无异常", "再访，属实"]
    assert (first.by, first.at) == (world.manager.username, LATER)


def test_a_check_says_what_it_found(world: World):
    case = world.case("to_place")
    with pytest.raises(Incomplete) as refused:
        note_check(case=case, note="", by=world.manager, at=LATER)
    assert refused.value.reason.field == "note"


@pytest.mark.parametrize("end", ["to_place", "unreachable"])
def test_dispatch_hands_the_case_to_the_rated_unit(world: World, end):
    case = world.case(end)
    made = dispatch(world, case)
    assert (made.unit, made.words, made.grade) == (world.brigade, WORDS, "simple")
    assert (made.includes_matter, made.includes_words) == (False, False)
    assert Case.objects.get().state == "with_unit"
    assert clocks(case) == {
        "sort": "met",
        "call_back": "met",
        "verify": "stopped",
        "acknowledge": "running",
        "handle_simple": "running",
    }
    assert events_about(case).last().data["unit"] == "B1-1"


def test_the_grade_sets_the_handling_clock(world: World):
    case = world.case("to_place")
    dispatch(world, case, grade="complex")
    assert clocks(case)["handle_complex"] == "running"
    with pytest.raises(Incomplete) as refused:
        dispatch(world, world.case("to_place"), grade="impossible")
    assert refused.value.reason.field == "grade"


def test_the_bureau_above_may_be_the_addressee_and_nobody_else(world: World):
    assert dispatch(world, world.case("to_place"), unit=world.bureau).unit == world.bureau
    with pytest.raises(Incomplete) as refused:
        dispatch(world, world.case("to_place"), unit=world.other_unit)
    assert refused.value.reason.code == "wrong_unit"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"words": "  "}, "needs", "words"),
        ({"words": "请联系 138 1234 1234 核实"}, "names_her", "words"),
        ({"words": f"来电称：{COMMENT}。"}, "her_own_words", "words"),
        ({"words": "她说窗口没有人在,等了一个多 小时"}, "her_own_words", "words"),
        ({"words": f"请核实办件 {MATTER} 的办理情况"}, "her_matter", "words"),
        ({"includes_matter": True}, "no_consent_matter", "includes_matter"),
        ({"includes_words": True}, "no_consent_words", "includes_words"),
    ],
)
def test_what_may_not_reach_the_unit_is_refused(world: World, given, code, field):
    with pytest.raises(Incomplete) as refused:
        dispatch(world, world.case("to_place"), **given)
    assert (refused.value.reason.code, refused.value.reason.field) == (code, field)
    assert Case.objects.get().state == "to_place"
    assert not Dispatch.objects.exists()


def agreed(world: World, **left) -> Case:
    from pingyi.demo.cases import walk

    case = world.case("sorted", rating=world.rate(**left))
    return walk(case, ["stand_and_agree"], hands=world.hands, at=LATER)


def test_with_her_consent_matter_and_words_go_along(world: World):
    made = dispatch(world, agreed(world), includes_matter=True, includes_words=True, words=COMMENT)
    assert (made.includes_matter, made.includes_words) == (True, True)


def test_with_her_consent_the_office_may_name_her_matter(world: World):
    assert MATTER in dispatch(world, agreed(world), words=f"请核实办件 {MATTER}").words


def test_a_matter_she_did_not_leave_cannot_go_along(world: World):
    with pytest.raises(Incomplete) as refused:
        dispatch(world, agreed(world, matter=None), includes_matter=True)
    assert refused.value.reason.code == "no_matter"


@pytest.mark.parametrize(
    ("text", "hers", "found"),
    [
        ("窗口无人", "窗口无人", False),  # short: anybody's words
        ("称窗口一直无人。", "窗口一直无人！", True),
        ("窗口一直有人", "窗口一直无人！", False),
        ("一二三四五六七八九十甲乙", "零一二三四五六七八九十甲乙丙", True),
        ("一二三四五六七八九十甲", "零一二三四五六七八九十甲乙丙", False),
        ("anything", "", False),
    ],
)
def test_a_run_of_twelve_letters_is_hers(text, hers, found):
    assert repeats(text, hers) is found


def test_a_recalled_dispatch_comes_back_with_the_office_clock(world: World):
    case = world.case("with_unit")
    recall_dispatch(case=case, reason="转错单位", by=world.manager, at=LATER)
    made = Dispatch.objects.get()
    assert (made.recalled_at, made.recalled_by, made.recall_reason) == (
        LATER, world.manager.username, "转错单位",
    )  # fmt: skip
    assert Case.objects.get().state == "to_place"
    assert clocks(case)["verify"] == "running"
    assert clocks(case)["handle_simple"] == "stopped"
    again = dispatch(world, Case.objects.get())
    assert again.pk != made.pk


def test_a_referral_without_a_lead_stays_visible(world: World):
    case = world.case("to_place")
    referral = refer_case(case=case, reason="推诿", by=world.manager, at=LATER)
    assert (referral.area, referral.embargoed) == (world.district, False)
    case = Case.objects.get()
    assert (case.state, case.priority, case.embargoed) == ("referred", "", False)
    assert clocks(case)["verify"] == "stopped"
    assert clocks(case)["referral"] == "running"


def test_a_lead_found_later_is_hidden_too(world: World):
    case = world.case("to_decide")
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=LATER)
    case = Case.objects.get()
    assert (case.priority, case.embargoed) == ("lead", True)
    assert case.referrals.get().embargoed


@pytest.mark.parametrize("name", [f"{PHONE}.pdf", f"{MATTER}_现场.pdf", f"{COMMENT}.pdf"])
def test_no_file_given_to_the_unit_is_called_after_the_rater(world: World, name: str):
    case = world.case("to_place")
    with pytest.raises(Incomplete) as refused:
        dispatch(world, case, uploads=[checked(upload(name, pdf()))])
    assert refused.value.reason.field == "uploads"
    assert "附件名称" in str(refused.value)
    assert not case.files.exists()
    dispatch(world, case, uploads=[checked(upload("现场.pdf", pdf()))])
    assert case.files.get().file.name == "现场.pdf"
