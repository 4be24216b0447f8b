"""A case's story, as each audience may read it."""

import pytest
from django.utils import translation

from pingyi.casework.actions import dispatch_case, reveal_contact
from pingyi.casework.queries import citizen_reply, citizen_steps, may_rejudge, timeline
from pingyi.demo.cases import ENDS, SAID, STEPS, walk
from pingyi.people.roles import Role
from tests.casework.world import AT, COMMENT, MATTER, PHONE, World, a_petition, after

LATER = after(days=2)
SECRETS = (PHONE, MATTER, COMMENT)


def texts(entries) -> list[str]:
    return [entry.text for entry in entries]


def whole(entries) -> str:
    return "\n".join(f"{entry.who} {entry.text} {entry.detail}" for entry in entries)


def test_every_end_can_be_told_to_everybody(world: World):
    for end in ENDS:
        case = world.case(end)
        for audience in ("office", "inspectors", "unit", "citizen"):
            entries = timeline(case, audience)
            assert entries == sorted(entries, key=lambda entry: entry.at), (end, audience)
            assert all(entry.text for entry in entries)


def test_the_walks_take_every_step_there_is(world: World):
    """So that the test above tells each of them once."""
    from pingyi.casework.states import TRANSITIONS

    taken = set()
    for end in ENDS:
        taken |= {entry.step for entry in timeline(world.case(end), "office")}
    for steps in (
        ("sort", "no_answer", "check", "stand"),
        ("sort", "wrong_number", "refer", "investigate", "report", "find_unfounded", "reconsider"),
        ("sort", "stand", "dispatch", "recall"),
        ("sort", "stand", "propose_void", "send_back"),
        ("sort", "stand", "verify", "appeal", "uphold"),
        ("sort_lead", "release"),
    ):
        case = world.case()
        known = [step for step in steps if step != "check"]
        walk(case, known, hands=world.hands, at=after(hours=2))
        taken |= {entry.step for entry in timeline(case, "office")}
    case = world.case("replied", rating=world.rate(phone=None))
    walk(case, [], hands=world.hands, at=LATER)
    from pingyi.casework.actions import close_case, instruct, note_check, propose_handling

    note_check(case=(c := world.case("to_place")), note="x", by=world.manager, at=LATER)
    propose_handling(
        case=c, ground="partly", handling="in_time", note="x", by=world.manager, at=LATER
    )
    leader = world.person(Role.LEADER, area=world.district)
    instruct(case=c, instruction="x", by=leader, at=LATER)
    close_case(case=case, by=world.manager, at=LATER)
    taken |= {entry.step for entry in (*timeline(c, "office"), *timeline(case, "office"))}
    walk(
        c := world.case("sorted", rating=world.rate(phone=None)),
        ["stand"],
        hands=world.hands,
        at=LATER,
    )
    taken |= {entry.step for entry in timeline(c, "office")}
    taken |= {entry.step for entry in timeline(_a_check_of_the_offices_own(world), "office")}
    for case in _heard_cases(world):
        taken |= {entry.step for entry in timeline(case, "office")}
    for case in _moved_cases(world):
        taken |= {entry.step for entry in timeline(case, "office")}
    for case in (_paused_case(world), _paused_referral(world)):
        taken |= {entry.step for entry in timeline(case, "office")}
    assert set(TRANSITIONS) <= taken


def _paused_case(world: World):
    from pingyi.casework.actions import ask_for_time, grant_time, refuse_time, resume_clock

    case, at = world.case("with_unit"), after(hours=20)
    ask_for_time(case=case, what="pause", reason="x", by=world.unit_admin, at=at)
    refuse_time(case=case, reason="x", by=world.manager, at=at)
    ask_for_time(case=case, what="pause", reason="x", by=world.caller, at=at)
    grant_time(case=case, by=world.manager, at=at)
    resume_clock(case=case, by=world.manager, at=at)
    return case


def _paused_referral(world: World):
    from pingyi.casework.actions import ask_for_time, grant_time, refuse_time, resume_clock

    case, at, second = world.case("sealed"), after(hours=20), world.newcomer(Role.INSPECTOR)
    ask_for_time(case=case, what="pause", reason="x", by=world.inspector, at=at)
    refuse_time(case=case, reason="x", by=second, at=at)
    ask_for_time(case=case, what="pause", reason="x", by=second, at=at)
    grant_time(case=case, by=world.inspector, at=at)
    resume_clock(case=case, by=second, at=at)
    return case


def _moved_cases(world: World):
    from pingyi.casework.actions import confirm_move, propose_move, refuse_move

    second = world.newcomer(Role.CASE_MANAGER)
    for end in ("to_place", "with_unit", "to_decide", "unfounded", "sorted"):
        case = world.case(end)
        propose_move(case=case, unit=world.other_unit, reason="x", by=world.caller, at=LATER)
        if end == "sorted":
            refuse_move(case=case, reason="x", by=second, at=LATER)
        else:
            confirm_move(case=case, by=second, at=LATER)
        yield case


def _heard_cases(world: World):
    """Of people who left no phone: satisfied; not, and then still not."""
    from pingyi.casework.actions import rejudge

    answered = ["verify", "reply"]
    for said in ([True], [False, False]):
        case = a_petition(world)
        walk(case, ["sort", "check"], hands=world.hands, at=LATER)
        for satisfied in said:
            walk(case, answered, hands=world.hands, at=LATER)
            rejudge(case=case, satisfied=satisfied, by=world.caller, at=LATER)
        yield case


def _a_check_of_the_offices_own(world: World):
    """Nobody awaits an answer."""
    from pingyi.casework.actions import close_case, note_check, open_case_by_hand

    case = open_case_by_hand(
        unit=world.brigade,
        origin="check",
        dated=AT.date(),
        summary="明察",
        reply_owed=False,
        by=world.sorter,
        at=AT,
    )
    walk(case, ["sort"], hands=world.hands, at=LATER)
    note_check(case=case, note="属实", by=world.manager, at=LATER)
    walk(case, ["verify"], hands=world.hands, at=LATER)
    close_case(case=case, by=world.manager, at=LATER)
    return case


def test_the_office_reads_who_did_what_and_when(world: World):
    case = world.case("closed")
    entries = timeline(case, "office")
    assert [entry.step for entry in entries] == [
        "open", "sort_to_call", "stand", "dispatch", "acknowledge", "answer", "decide", "reply",
        "accept_reply",
    ]  # fmt: skip
    assert entries[0].who == "系统"
    assert entries[1].who == str(world.sorter)
    assert entries[1].text == "分拣，转回访"
    assert entries[1].detail == f"作风\n{SAID['sorting']}"
    assert entries[2].detail == f"已接通，问题仍在\n{SAID['call']}"
    assert entries[4].detail == ""
    assert entries[6].detail == f"属实 · 作风\n{SAID['decision']}"
    assert entries[8].who == "评价人"
    assert entries[1].at == after(hours=2)


def test_in_english_too(world: World):
    case = world.case("verified")
    with translation.override("en"):
        entries = timeline(case, "office")
        assert entries[1].text == "Sort, to be called back"
        assert entries[1].detail.startswith("Conduct\n")
        assert entries[0].who == "System"
        assert texts(citizen_steps(case.rating))[-1] == "Decided"


def test_a_look_at_a_contact_is_part_of_the_story(world: World):
    case = world.case("sorted")
    reveal_contact(case=case, what="phone", reason="回访", by=world.caller, at=LATER)
    last = timeline(case, "office")[-1]
    assert (last.who, last.text, last.detail) == (str(world.caller), "查看了手机号", "回访")
    assert "手机号" not in whole(timeline(case, "unit"))


def test_why_something_was_taken_back(world: World):
    case = world.case("with_unit")
    walk(case, ["recall"], hands=world.hands, at=LATER)
    assert timeline(case, "office")[-1].detail == SAID["recall"]
    case = world.case("verified")
    walk(case, ["reconsider"], hands=world.hands, at=LATER)
    assert timeline(case, "office")[-1].detail == SAID["reconsider"]
    assert timeline(world.case("released"), "inspectors")[-1].detail == SAID["release"]


def test_how_the_inspectors_got_there_is_theirs(world: World):
    case = world.case("reported")
    assert SAID["investigation"] in whole(timeline(case, "inspectors"))
    office = whole(timeline(case, "office"))
    assert SAID["investigation"] not in office
    assert SAID["findings"] in office


def test_the_unit_hears_nothing_of_her_nor_of_who_worked_it(world: World):
    case = world.case("closed_unsatisfied")
    story = whole(timeline(case, "unit"))
    for person in (world.sorter, world.caller, world.manager, "评价人"):
        assert str(person) not in story
    for said in (*SECRETS, SAID["call"], SAID["sorting"], SAID["unhappy"], SAID["reply"]):
        assert said not in story
    assert SAID["dispatch"] in story
    assert SAID["measures"] in story
    assert f"属实 · 作风\n{SAID['decision']}" in story
    entries = timeline(case, "unit")
    assert [entry.step for entry in entries] == [
        "dispatch", "acknowledge", "answer", "decide", "dispatch", "answer", "decide", "close",
    ]  # fmt: skip
    assert entries[0].who == "治庸办"
    assert entries[1].who == str(world.unit_admin)


def test_the_unit_hears_nothing_before_the_dispatch(world: World):
    assert timeline(world.case("to_place"), "unit") == []


def test_the_unit_is_not_told_why_the_inspectors_concluded(world: World):
    case = world.case("to_decide")
    from pingyi.casework.actions import refer_case

    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=LATER)
    walk(case, ["conclude", "release"], hands=world.hands, at=after(days=3))
    story = timeline(case, "unit")
    assert story[-1].detail == "属实 · 作风"
    assert "收钱" not in whole(story)
    assert SAID["findings"] not in whole(story)


def test_the_unit_reads_her_words_only_where_the_office_wrote_them(world: World):
    case = world.case("sorted")
    walk(case, ["stand_and_agree"], hands=world.hands, at=LATER)
    dispatch_case(case=case, words=COMMENT, includes_words=True, by=world.manager, at=after(days=3))
    assert COMMENT in whole(timeline(case, "unit"))


@pytest.mark.parametrize("end", sorted(ENDS))
def test_she_reads_plain_steps_without_names(world: World, end: str):
    case = world.case(end)
    steps = citizen_steps(case.rating)
    assert steps[0].text == "评价已收到"
    assert steps[0].at == case.rating.recorded_at
    assert all(not step.who and not step.detail for step in steps)
    for hidden in ("纪检", "线索", "保密", *SECRETS):
        assert hidden not in whole(steps)


def test_of_a_rating_without_a_case_only_that_it_was_received(world: World):
    rating = world.rate(level="satisfied", phone=None, matter=None, comment="")
    assert texts(citizen_steps(rating)) == ["评价已收到"]
    assert citizen_reply(rating) is None
    assert not may_rejudge(rating)


def test_her_story_stops_at_an_embargo_and_goes_on_after_it(world: World):
    case = world.case("concluded")
    before = ["评价已收到", "已分拣，正在核查"]
    assert texts(citizen_steps(case.rating)) == before
    walk(case, ["release", "reply"], hands=world.hands, at=LATER)
    assert texts(citizen_steps(case.rating)) == [*before, "已作出认定", "已答复您"]
    later = world.case("to_decide")
    from pingyi.casework.actions import refer_case

    told = texts(citizen_steps(later.rating))
    refer_case(case=later, reason="收钱", lead=True, by=world.manager, at=LATER)
    assert texts(citizen_steps(later.rating)) == told


def test_she_reads_the_latest_answer_and_may_judge_it(world: World):
    case = world.case("replied")
    assert citizen_reply(case.rating).text == SAID["reply"]
    assert may_rejudge(case.rating)
    for end in ("verified", "closed", "settled", "concluded"):
        assert not may_rejudge(world.case(end).rating), end
    assert citizen_reply(world.case("settled").rating).text == SAID["settled"]
    assert citizen_reply(world.case("concluded").rating) is None
    assert citizen_reply(world.case("sorted").rating) is None


def test_telling_it_costs_the_same_however_long_it_is(world: World):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    case = world.case("sorted")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            timeline(case, "office")
        return len(asked)

    walk(case, ["call_later"], hands=world.hands, at=LATER)
    once = cost()
    walk(case, ["call_later"] * 20, hands=world.hands, at=LATER)
    assert cost() == once


def test_every_step_of_the_walk_is_a_known_one():
    assert {step for steps in ENDS.values() for step in steps} <= set(STEPS)
