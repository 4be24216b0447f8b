"""A rating that belongs to another unit: moved by two people, it costs the wrong one nothing."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest

from pingyi.casework import policies, queries
from pingyi.casework.actions import (
    answer_case,
    confirm_move,
    confirm_verdict,
    decide_case,
    dispatch_case,
    open_case_by_hand,
    propose_move,
    refer_case,
    refuse_move,
    release_embargo,
    reply_to_citizen,
    report_findings,
    review_appeal,
    send_back,
    withdraw_verdict,
)
from pingyi.casework.models import Case
from pingyi.casework.queries import timeline
from pingyi.casework.reasons import (
    EMBARGO,
    MOVE_WAITS,
    NOT_NEW,
    OTHER_UNITS_POINT,
    OVERTAKEN,
    OWN_UNIT,
    THERE_ALREADY,
    UNIT_RETIRED,
    VERDICT_STANDS,
    Incomplete,
    NotAllowed,
    NotNow,
    Overtaken,
    Refusal,
)
from pingyi.casework.search import matching
from pingyi.demo.cases import walk
from pingyi.directory.models import Enrolment, PointCode, Season, ServicePoint, Unit
from pingyi.kernel.codes import new_point_code
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices.queries import inbox_of
from pingyi.people.actions import appoint
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.ratings.actions import AlreadyVoid, move_rating, void_rating
from pingyi.ratings.models import PointTally, Rating, RatingMove, UnitTally
from pingyi.ratings.proof import prove
from pingyi.ratings.unit_figures import unit_figures
from pingyi.scoring import board
from tests.casework.world import AT, FOUNDER, PHONE, World, after

REASON = "办的是婚姻登记，属民政局"
LATER = after(days=3)
NOW = after(days=40)


@pytest.fixture
def world(world: World) -> World:
    for unit in (world.bureau, world.brigade, world.other_unit):
        Enrolment.objects.create(season=world.season, unit=unit, group=unit.group)
    ServicePoint.objects.create(unit=world.other_unit, name="婚姻登记窗口", kind="window")
    return world


def proposed(world: World, end: str = "sorted", *, point: bool = True) -> Case:
    case = world.case(end)
    there = world.other_unit.points.get() if point else None
    propose_move(
        case=case, unit=world.other_unit, point=there, reason=REASON, by=world.caller, at=LATER
    )
    return case


def moved(world: World, end: str = "sorted", **options: bool) -> Case:
    case = proposed(world, end, **options)
    confirm_move(case=case, by=second(world), at=after(days=4))
    return case


def second(world: World):
    return world.newcomer(Role.CASE_MANAGER)


def tallied(unit: Unit) -> int:
    found = UnitTally.objects.filter(unit=unit, level=2).first()
    return found.count if found else 0


def test_the_first_proposes_and_nothing_moves(world: World):
    case = proposed(world)
    assert (case.state, case.unit, tallied(world.brigade)) == ("to_call", world.brigade, 1)
    assert not RatingMove.objects.exists()
    assert timeline(case, "office")[-1].detail == (
        f"洪山区劳动监察大队 → 武昌区民政局 · 婚姻登记窗口\n{REASON}"
    )


def test_the_second_confirms_and_it_is_the_other_units(world: World):
    case = moved(world)
    case.refresh_from_db()
    assert (case.unit, case.area) == (world.other_unit, world.elsewhere)
    assert case.point == world.other_unit.points.get()
    assert case.assignee is None
    assert (tallied(world.brigade), tallied(world.other_unit)) == (0, 1)
    days = PointTally.objects.values_list("point__unit__code", "day", "count")
    assert set(days) == {
        ("B1-1", date(2026, 6, 1), 1),
        ("B1-1", date(2026, 6, 5), -1),
        ("X1", date(2026, 6, 5), 1),
    }
    rating = Rating.objects.get()
    assert (rating.unit, rating.point) == (world.brigade, world.point), "a fact is never edited"
    assert prove(at=NOW).differences == []
    assert timeline(case, "office")[-1].step == "move"
    assert timeline(case, "citizen")[-1].text == "经核定属另一单位的事，已转由其办理"


def test_where_the_point_is_not_known_it_counts_at_the_unit(world: World):
    case = moved(world, point=False)
    assert case.point is None
    unknown = world.other_unit.points.get(name="服务点不详")
    assert unknown.retired_at is not None
    assert not unknown.codes.exists(), "nothing is rated there"
    assert tallied(world.other_unit) == 1
    moved(world, point=False)
    assert world.other_unit.points.filter(name="服务点不详").count() == 1
    assert prove(at=NOW).differences == []


def test_the_second_refuses_with_a_reason_and_nothing_has_moved(world: World):
    case = proposed(world)
    refuse_move(case=case, reason="就是该窗口", by=second(world), at=after(days=4))
    case.refresh_from_db()
    assert (case.unit, case.state, tallied(world.brigade)) == (world.brigade, "to_call", 1)
    assert timeline(case, "office")[-1].detail == "就是该窗口"
    assert "未同意" in inbox_of(world.caller).first().text
    propose_move(case=case, unit=world.other_unit, reason=REASON, by=world.caller, at=NOW)


@pytest.mark.parametrize("decide", [confirm_move, refuse_move])
@pytest.mark.parametrize("who", ["sorter", "caller"])
def test_whoever_was_on_the_case_decides_nothing(world: World, decide, who: str):
    case = proposed(world)
    person = getattr(world, who)
    appoint(user=person, role=Role.CASE_MANAGER, area=world.city, by=FOUNDER, at=AT)
    said = {"reason": "不"} if decide is refuse_move else {}
    with pytest.raises(NotAllowed) as refused:
        decide(case=case, by=person, at=after(days=4), **said)
    assert refused.value.reason == NOT_NEW
    assert case not in queries.to_confirm(person)


def test_it_waits_on_the_desk_of_who_is_new_and_the_city_is_the_second_of_a_small_district(
    world: World,
):
    city = world.person(Role.CASE_MANAGER, area=world.city)
    case = proposed(world, "with_unit")
    assert inbox_of(city).get().link == f"/case/{case.number}/"
    assert list(queries.to_confirm(city)) == [case]
    assert list(queries.to_confirm(world.caller)) == []
    confirm_move(case=case, by=city, at=after(days=4))
    assert list(queries.to_confirm(city)) == []


@pytest.mark.parametrize("unit", ["bureau", "other_unit"])
def test_nobody_decides_for_a_unit_of_their_own_neither_from_nor_to(world: World, unit: str):
    case = proposed(world)
    person = second(world)
    appoint(user=person, role=Role.UNIT_ADMIN, unit=getattr(world, unit), by=FOUNDER, at=AT)
    with pytest.raises(NotAllowed) as refused:
        confirm_move(case=case, by=person, at=after(days=4))
    assert refused.value.reason == OWN_UNIT


def test_where_it_cannot_go(world: World):
    case = world.case("sorted")
    points = world.other_unit.points.get()
    for unit, point, reason in (
        (world.brigade, None, THERE_ALREADY),
        (world.bureau, points, OTHER_UNITS_POINT),
    ):
        with pytest.raises(Incomplete) as refused:
            propose_move(
                case=case, unit=unit, point=point, reason=REASON, by=world.caller, at=LATER
            )
        assert refused.value.reason == reason
    case = proposed(world)
    Unit.objects.filter(pk=world.other_unit.pk).update(retired_at=LATER)
    with pytest.raises(Incomplete) as refused:
        confirm_move(case=case, by=second(world), at=after(days=4))
    assert refused.value.reason == UNIT_RETIRED
    assert tallied(world.brigade) == 2


def test_one_at_a_time_and_no_verdict_on_the_wrong_unit_meanwhile(world: World):
    case = proposed(world, "to_place")
    for write, said in (
        (propose_move, {"unit": world.bureau, "reason": REASON}),
        (dispatch_case, {"words": "请核实"}),
        (decide_case, {"finding": "verified", "kind": "conduct", "reason": "属实"}),
        (decide_case, {"finding": "void", "kind": "mistaken", "reason": "误评"}),
    ):
        with pytest.raises(NotNow) as refused:
            write(case=case, by=world.manager, at=after(days=4), **said)
        assert refused.value.reason == MOVE_WAITS


def test_a_verdict_that_counts_keeps_it_until_it_is_withdrawn(world: World):
    case = world.case("verified")
    withdraw_verdict(case=case, reason="不是该单位", by=world.manager, at=after(days=4))
    reopened = world.case("reopened")
    with pytest.raises(NotNow) as refused:
        propose_move(
            case=reopened, unit=world.other_unit, reason=REASON, by=world.manager, at=after(days=4)
        )
    assert refused.value.reason == VERDICT_STANDS
    propose_move(
        case=case, unit=world.other_unit, reason=REASON, by=world.manager, at=after(days=5)
    )
    confirm_move(case=case, by=second(world), at=after(days=6))
    assert case.state == "to_place"


def test_found_not_to_be_the_units_an_answered_rating_leaves_its_rate(world: World):
    case = world.case("appealed")
    review_appeal(
        case=case,
        outcome="upheld",
        finding="unfounded",
        kind="not_ours",
        reason="属另一单位",
        by=world.person(Role.CASE_MANAGER, area=world.city),
        at=after(days=2),
    )
    walk(case, ["reply", "accept"], hands=world.hands, at=LATER)
    counted = board.live(world.season, at=NOW).row("B1-1").ratings
    assert (counted.counted, tallied(world.brigade)) == (1, 1)
    propose_move(case=case, unit=world.other_unit, reason=REASON, by=world.manager, at=NOW)
    confirm_move(case=case, by=second(world), at=NOW)
    assert (case.state, case.unit) == ("closed", world.other_unit)
    assert (tallied(world.brigade), tallied(world.other_unit)) == (0, 1)
    assert board.live(world.season, at=NOW).row("B1-1").ratings.counted == 0
    assert list(queries.score_events(world.season, NOW)) == []
    assert prove(at=NOW).differences == []


def test_found_not_to_be_the_units_it_is_moved_before_the_answer_too(world: World):
    case = world.case("appealed")
    review_appeal(
        case=case, outcome="upheld", finding="unfounded", kind="not_ours", reason="属另一单位",
        by=world.person(Role.CASE_MANAGER, area=world.city), at=after(days=2),
    )  # fmt: skip
    assert case.state == "to_reply"
    propose_move(case=case, unit=world.other_unit, reason=REASON, by=world.manager, at=LATER)
    with pytest.raises(NotNow) as refused:
        reply_to_citizen(case=case, text="已核实", by=world.caller, at=LATER)
    assert refused.value.reason == MOVE_WAITS
    with pytest.raises(NotAllowed):
        confirm_move(case=case, by=world.manager, at=LATER)
    confirm_move(case=case, by=second(world), at=LATER)
    assert (case.state, case.unit) == ("to_place", world.other_unit)
    running = [clock.rule for clock in case.clocks.running()]
    assert running == ["verify"], "she is answered once the right unit was asked"
    assert (tallied(world.brigade), tallied(world.other_unit)) == (0, 1)
    assert list(queries.score_events(world.season, NOW)) == []
    there = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    dispatch_case(case=case, words="请核实整改", by=there, at=after(days=4))
    answerer = world.person(Role.UNIT_ADMIN, unit=world.other_unit)
    answer_case(case=case, account="已核", measures="已改", by=answerer, at=after(days=5))
    given = {"finding": "verified", "kind": "conduct", "reason": "单位答复属实"}
    decide_case(case=case, by=there, at=after(days=6), **given)
    [event] = queries.score_events(world.season, NOW)
    assert event.unit == world.other_unit.code
    assert prove(at=NOW).differences == []


def test_refused_the_rater_is_answered_as_before(world: World):
    case = world.case("unfounded")
    propose_move(case=case, unit=world.other_unit, reason=REASON, by=world.caller, at=LATER)
    refuse_move(case=case, reason="是本单位的", by=second(world), at=LATER)
    assert (case.state, case.unit) == ("to_reply", world.brigade)
    reply_to_citizen(case=case, text="已核实", by=world.caller, at=LATER)
    assert case.state == "replied"


@pytest.mark.parametrize("end", ["closed", "void"])
def test_verified_or_void_it_stays_where_it_was_found(world: World, end: str):
    case = world.case(end)
    if end == "void":
        walk(case, ["reply", "accept"], hands=world.hands, at=LATER)
    assert case.state == "closed"
    with pytest.raises(NotNow) as refused:
        propose_move(case=case, unit=world.other_unit, reason=REASON, by=world.manager, at=NOW)
    assert refused.value.reason == VERDICT_STANDS


@pytest.mark.parametrize("end", ["with_unit", "acknowledged", "to_decide"])
def test_the_wrong_unit_sees_the_case_no_more_and_its_dispatch_ends(world: World, end: str):
    case = proposed(world, end)
    assert queries.cases_for(world.unit_admin).filter(pk=case.pk).exists()
    there = world.person(Role.UNIT_ADMIN, unit=world.other_unit)
    confirm_move(case=case, by=second(world), at=after(days=4))
    assert case.state == "to_place"
    assert [clock.rule for clock in case.clocks.running()] == ["verify"]
    for person in (world.unit_admin, there):
        assert not queries.cases_for(person).filter(pk=case.pk).exists()
        (item,) = [item for item in inbox_of(person) if "两人核定" in item.text]
        assert PHONE not in item.text
        assert REASON not in item.text
    placing = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    dispatch_case(case=case, words="请核实", by=placing, at=after(days=5))
    assert queries.cases_for(there).filter(pk=case.pk).exists()
    story = timeline(case, "unit", units=[world.other_unit.pk])
    assert [entry.step for entry in story] == ["dispatch"]


def test_the_verdict_is_found_of_the_right_unit_and_the_wrong_one_is_as_if_never_rated(
    world: World,
):
    other = world.case("sorted")  # stays with the brigade
    untouched = board.at_time(world.season, at=NOW, now=NOW).row("B1-1").result
    case = moved(world, "to_place")
    manager = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    decide_case(
        case=case, finding="verified", kind="conduct", reason="属实", by=manager, at=after(days=5)
    )
    assert case.verdicts.get().unit == world.other_unit
    live, as_of = (
        board.live(world.season, at=NOW),
        board.at_time(world.season, at=NOW, now=NOW + timedelta(days=1)),
    )
    assert live.row("B1-1").result == as_of.row("B1-1").result == untouched
    assert live.row("X1").result.lines[-1].refs == (case.number,)
    assert not queries.cases_for(world.unit_admin).filter(pk=case.pk).exists()
    assert other.unit == world.brigade


def test_the_live_board_is_not_kept_over_a_move(world: World):
    case = proposed(world)
    assert board.live(world.season, at=NOW).row("B1-1").ratings.counted == 1
    confirm_move(case=case, by=second(world), at=after(days=4))
    seen = board.live(world.season, at=NOW)
    assert (seen.row("B1-1").ratings.counted, seen.row("X1").ratings.counted) == (0, 1)


def test_every_past_day_stays_as_it_stood(world: World):
    moved(world)
    for days, here, there in ((0, 1, 0), (3, 1, 0), (4, 0, 1), (9, 0, 1)):
        seen = board.at_time(world.season, at=after(days=days), now=NOW)
        counted = seen.row("B1-1").ratings.counted, seen.row("X1").ratings.counted
        assert counted == (here, there), days


def test_moved_after_the_new_year_it_counts_in_the_ratings_season(world: World):
    after_ = Season.objects.create(
        code="2027", scheme="wuhan-2023", starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31)
    )
    for unit in (world.brigade, world.other_unit):
        Enrolment.objects.create(season=after_, unit=unit, group=unit.group)
    rating = world.rate()
    new_year = datetime(2027, 1, 5, 12, tzinfo=SHANGHAI)
    move_rating(rating=rating, unit=world.other_unit, reason="", by=world.manager, at=new_year)
    later = new_year + timedelta(days=3)
    for season, counts in ((world.season, (0, 1)), (after_, (0, 0))):
        for now in (later, later + timedelta(days=1)):
            seen = board.at_time(season, at=later, now=now)
            found = seen.row("B1-1").ratings.counted, seen.row("X1").ratings.counted
            assert found == counts, (season.code, now)
    before = board.at_time(world.season, at=new_year - timedelta(days=1), now=later)
    assert before.row("B1-1").ratings.counted == 1
    void_rating(rating=rating, reason="误评", by=world.manager, at=later)
    for now in (later, later + timedelta(days=1)):
        seen = board.at_time(world.season, at=later, now=now)
        assert (seen.row("B1-1").ratings.counted, seen.row("X1").ratings.counted) == (0, 0)
    assert prove(at=later).differences == []


def test_a_void_rating_is_not_moved_and_a_moved_one_is_void_where_it_stands(world: World):
    rating = world.rate()
    move_rating(rating=rating, unit=world.other_unit, reason="", by=world.manager, at=LATER)
    void_rating(rating=rating, reason="误评", by=world.manager, at=LATER)
    assert (tallied(world.brigade), tallied(world.other_unit)) == (0, 0)
    with pytest.raises(AlreadyVoid):
        move_rating(rating=rating, unit=world.brigade, reason="", by=world.manager, at=NOW)
    assert prove(at=NOW).differences == []


def test_the_units_own_figures_count_it_where_it_belongs(world: World):
    point = world.other_unit.points.get()
    code = PointCode.objects.create(point=point, code=new_point_code(), issued_at=AT).code
    moved(world)
    for where in (None, code):
        for _ in range(10):
            world.rate(at=after(days=5), level="satisfied", code=where)
    here, there = (unit_figures(unit, world.season) for unit in (world.brigade, world.other_unit))
    assert here is not None
    assert there is not None
    assert here.counts == {4: 9}, "ten given, the first of them moved away"
    assert there.counts == {4: 10, 2: 1}


def test_under_embargo_nothing_moves_until_the_release(world: World):
    case = proposed(world, "to_place")
    refer_case(case=case, reason="线索", lead=True, by=world.manager, at=after(days=4))
    assert list(queries.to_confirm(second(world))) == []
    for decide, said in ((confirm_move, {}), (refuse_move, {"reason": "不"})):
        with pytest.raises(NotNow) as refused:
            decide(case=case, by=second(world), at=after(days=5), **said)
        assert refused.value.reason == EMBARGO
    release_embargo(case=case, reason="无关", by=world.inspector, at=after(days=6))
    report_findings(case=case, account="无涉", by=world.inspector, at=after(days=7))
    confirm_move(case=case, by=second(world), at=after(days=8))
    assert case.unit == world.other_unit


def test_confirmed_by_one_while_others_refuse_it_or_decide_on_the_wrong_unit(world: World):
    case = proposed(world, "to_place")
    seen = Case.objects.select_related("area__parent", "unit").get(pk=case.pk)
    confirm_move(case=case, by=second(world), at=after(days=4))
    city = world.person(Role.CASE_MANAGER, area=world.city)
    for write, said in (
        (refuse_move, {"reason": "晚了"}),
        (confirm_move, {}),
        (dispatch_case, {"words": "请核实"}),
    ):
        with pytest.raises((Overtaken, NotNow)):
            write(case=seen, by=city, at=after(days=4), **said)
    assert RatingMove.objects.count() == 1
    with pytest.raises(Overtaken) as refused:
        decide_case(
            case=seen, finding="verified", kind="conduct", reason="属实", by=city, at=after(days=4)
        )
    assert refused.value.reason == OVERTAKEN
    assert not case.verdicts.exists()


def test_a_case_without_a_rating_moves_too(world: World):
    case = open_case_by_hand(
        unit=world.brigade,
        origin="petition",
        dated=AT.date(),
        summary="来信",
        by=world.sorter,
        at=AT,
    )
    propose_move(case=case, unit=world.bureau, reason=REASON, by=world.sorter, at=LATER)
    confirm_move(case=case, by=second(world), at=after(days=4))
    assert case.unit == world.bureau
    assert not RatingMove.objects.exists()


def test_what_she_agreed_to_was_agreed_of_the_unit_she_rated(world: World):
    case = walk(world.case("sorted"), ["stand_and_agree"], hands=world.hands, at=after(days=1))
    assert policies.consents(case) == (True, True)
    propose_move(case=case, unit=world.other_unit, reason=REASON, by=world.caller, at=LATER)
    assert policies.consents(case) == (True, True), "proposed, it is still the brigade's"
    confirm_move(case=case, by=second(world), at=after(days=4))
    assert policies.consents(case) == (False, False)
    placing = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    with pytest.raises(Incomplete) as refused:
        dispatch_case(case=case, words="请核实", includes_matter=True, by=placing, at=after(days=5))
    assert refused.value.reason.code == "no_consent_matter"


def test_it_is_found_by_the_unit_it_belongs_to(world: World):
    case = moved(world)
    assert list(Case.objects.filter(matching("婚姻登记窗口"))) == [case]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_rating_moving_voiding_and_deciding_keeps_the_tallies(world: World, seed: int):
    """Whatever is done in whatever order: tallies are what a recount of ratings, voids and moves
    gives, and each unit counts exactly the ratings that stand with it, at the end and as of every
    day on the way; and loses points for what was verified of it alone."""
    dice = random.Random(seed)
    people = [world.person(Role.CASE_MANAGER, area=world.city, nth=f"-{n}") for n in range(7)]
    cases: list[Case] = []
    stood: dict[int, Counter[str]] = {}
    for day in range(1, 25):
        for _ in range(8):
            with suppress(Refusal):
                _anything(world, cases, people, dice, after(days=day))
        standing = Case.objects.filter(rating__void__isnull=True)
        stood[day] = Counter(standing.values_list("unit__code", flat=True))
    assert prove(at=NOW).differences == []
    for day, expected in stood.items():
        seen = board.at_time(world.season, at=after(days=day), now=NOW)
        counted = Counter({row.unit.code: row.ratings.counted for row in seen.rows})
        assert +counted == expected, day
    assert RatingMove.objects.exists()
    _as_if_never_rated(world)


def _anything(
    world: World, cases: list[Case], people: list[User], dice: random.Random, at: datetime
) -> None:
    if len(cases) < 3:
        case = world.case("unsorted", rating=world.rate(at=at))
        cases.append(walk(case, ["sort", "stand"], hands=world.hands, at=at))
        return
    case, unit = dice.choice(cases), dice.choice([world.brigade, world.other_unit, world.bureau])
    first, other = people[0], dice.choice(people[1:])
    said = {"case": case, "reason": "理由", "at": at}
    finding = dice.choice(["verified", "void", "unfounded"])
    verdict = {"kind": "mistaken" if finding == "void" else "conduct", "finding": finding}
    answered = {"account": "已核", "measures": "已改"}
    deeds = {
        "move": lambda: propose_move(unit=unit, by=first, **said),
        "confirm": lambda: confirm_move(case=case, by=other, at=at),
        "refuse": lambda: refuse_move(by=other, **said),
        "decide": lambda: decide_case(by=first, **verdict, **said),
        "agree": lambda: confirm_verdict(case=case, by=other, at=at),
        "send back": lambda: send_back(by=other, **said),
        "withdraw": lambda: withdraw_verdict(by=first, **said),
        "dispatch": lambda: dispatch_case(case=case, words="请核实", by=first, at=at),
        "answer": lambda: answer_case(case=case, by=world.unit_admin, at=at, **answered),
    }
    often = {"move": 6, "confirm": 6, "agree": 3, "withdraw": 3}
    (deed,) = dice.choices(list(deeds), [often.get(name, 1) for name in deeds])
    deeds[deed]()


def _as_if_never_rated(world: World) -> None:
    """Every unit's result is that of the ratings and verdicts that stand with it, as if no other
    had ever been there."""
    for unit in (world.brigade, world.other_unit, world.bureau):
        cases = Case.objects.filter(unit=unit)
        found = [verdict.finding for case in cases if (verdict := queries.verdict_of(case))]
        seen = board.at_time(world.season, at=NOW, now=NOW).row(unit.code)
        assert seen.ratings.counted == cases.filter(rating__void__isnull=True).count()
        assert seen.result.total == 100 - 3 * found.count("verified")
