"""Searching cases: exact for Chinese, safe for anything, never wider than what one may see."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from pingyi.casework import actions, search
from pingyi.casework.models import Case
from pingyi.casework.queries import overseen_by
from pingyi.casework.search_models import CaseWords
from pingyi.demo.cases import ENDS
from pingyi.people.roles import Role
from tests.casework.world import AT, MATTER, PHONE, after
from tests.staff import signed_in


def found(text: str) -> set[Case]:
    return set(Case.objects.filter(search.matching(text)))


def rated(world, comment: str) -> Case:
    return world.case(rating=world.rate(comment=comment))


@pytest.mark.parametrize(
    ("text", "held", "apart"),
    [
        ("社保", "办理社保时推诿", "社会保险，保社会"),
        ("态度", "窗口态度生硬", "态势与度量"),
        ("𠮷野", "𠮷野家门口的窗口", "吉野家门口"),
        ("12345", "打过12345也没用", "编号 123456"),
        ("12345热线", "打过12345热线", "热线 12345"),
        ("ＶＩＰ", "vip 窗口插队", "vi p"),
        ("社保 态度", "社保窗口态度不好", "社保窗口很好"),
    ],
)
def test_it_finds_exactly_what_stands_there(world, text, held, apart):
    case = rated(world, held)
    rated(world, apart)
    assert found(text) == {case}


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", "社保\"'", "* OR *", "NEAR(a b)", "社保*", "a AND", "NOT 社保", "{words}: 社",
        "^社", "(((", "\\", "%", "_", ":*", "<->", "!", "&|", "--", ";DROP TABLE casework_case",
        "\u200b", "　", "", "ǁ", "😀", "社" * 100,
    ],
)  # fmt: skip
def test_no_query_breaks_it(world, text):
    rated(world, "别的事")
    assert found(text) <= set(Case.objects.all())
    assert not found(text) or text == "ǁ"


def test_number_unit_and_point_are_found(world):
    case = rated(world, "推诿扯皮")
    for text in (case.number, case.number[5:], "劳动监察大队", "投诉窗口"):
        assert found(text) == {case}
    assert not found("劳动大队")


def test_no_phrase_reaches_from_one_text_into_the_next(world):
    case = rated(world, "等了很久社")
    actions.sort_case(case=case, kind="conduct", note="保安也没管", by=world.sorter, at=AT)
    assert found("保安") == {case}
    assert not found("社保")


def test_phones_and_matter_numbers_are_never_among_the_words(world):
    case = world.case("closed", rating=world.rate(comment=f"请打 {PHONE}，证号 110101199003070011"))
    actions.open_case_by_hand(
        unit=world.brigade,
        origin="petition",
        dated=date(2026, 6, 1),
        summary="来访者留了 13900000001",
        phone="13900000001",
        name="李梅",
        by=world.sorter,
        at=AT,
    )
    every = " ".join(CaseWords.objects.values_list("words", flat=True))
    for secret in (PHONE, "110101199003070011", MATTER.lower(), "13900000001", "李 梅", "手 机 号"):
        assert secret not in every
    assert not found(PHONE)
    assert found("证号") == {case}


@pytest.mark.parametrize("end", sorted(ENDS))
def test_what_is_added_step_by_step_is_what_gathering_anew_gives(world, end):
    case = world.case(end)
    kept = CaseWords.objects.get(case=case).words
    again = search.words_of(Case.objects.get(pk=case.pk))
    assert sorted(kept.split(search.BETWEEN)) == sorted(again.split(search.BETWEEN))


def test_a_case_without_words_gets_them(world):
    case = world.case("to_place")
    CaseWords.objects.all().delete()
    assert not found("劳动监察大队")
    assert search.index_missing() == 1
    assert search.index_missing() == 0
    assert found("劳动监察大队") == {case}


def test_changed_words_are_no_longer_found(world):
    case = rated(world, "社保")
    CaseWords.objects.filter(case=case).update(words="态 度")
    assert not found("社保")
    assert found("态度") == {case}


def test_one_searches_what_one_sees(world):
    case = world.case("sealed", rating=world.rate(comment="收了社保的钱"))
    assert not overseen_by(world.manager).filter(search.matching("社保")).exists()
    assert overseen_by(world.inspector).filter(search.matching("社保")).get() == case
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    plain = world.case("to_place", rating=world.rate(comment="社保"))
    assert overseen_by(world.manager).filter(search.matching("社保")).get() == plain
    assert not overseen_by(stranger).filter(search.matching("社保")).exists()


def test_inspectors_notes_are_not_searched(world):
    case = world.case("referred")
    actions.note_investigation(case=case, note="密谈记录", by=world.inspector, at=after(days=3))
    assert not found("密谈")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("appealed", "grounds"),
        ("dismissed", "dismissed"),
        ("upheld", "upheld"),
        ("looked_back", "put_right"),
        ("look_back_failed", "not_put_right"),
    ],
)
def test_appeals_reviews_and_look_backs_are_found(world, end, said):
    words = {said: f"鸿雁{said}"}
    case = world.case(end, said=words)
    assert found("鸿雁") == {case}
    assert overseen_by(world.manager).filter(search.matching("鸿雁")).get() == case
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    assert not overseen_by(stranger).filter(search.matching("鸿雁")).exists()
    Case.objects.filter(pk=case.pk).update(embargoed=True)
    assert not overseen_by(world.manager).filter(search.matching("鸿雁")).exists()


def test_a_unit_finds_nothing_by_words_it_may_not_read(world):
    case = world.case("looked_back", said={"put_right": "鸿雁传书"})
    browser = signed_in(world.unit_admin)
    for there in ("/unit/", "/unit/verdicts/", "/unit/letters/", "/unit/rectification/"):
        assert case.number not in browser.get(f"{there}?q=鸿雁").content.decode()
    assert case.number in browser.get("/unit/verdicts/").content.decode()


def test_messages_are_found_by_their_text(world):
    from tests.casework.test_messages_import import load, read

    load(world, read(world))
    assert found("窗口推诿") == set(Case.objects.all())


def test_the_index_can_be_lifted_and_laid_again(world):
    search.lift(connection)
    search.lay(connection)
    case = rated(world, "社保")
    assert found("社保") == {case}
