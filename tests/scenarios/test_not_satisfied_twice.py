"""Not satisfied with the handling: that reopens the case once; later it is kept as words."""

from __future__ import annotations

import pytest

from pingyi.casework.models import Case, Rejudgement
from pingyi.people.roles import Role
from tests.scenarios.play import WORD, Play, stage

MANAGER = Role.CASE_MANAGER


@pytest.fixture
def play(db) -> Play:
    return stage(unit="蔡店区劳动保障监察大队", point="受理窗口")


def answer(play: Play, page: str, reply: str) -> None:
    play.do(MANAGER, f"{page}check/", note="现场核查，等候过久")
    play.do(MANAGER, f"{page}decide/", finding="verified", kind="process", reason="窗口不足")
    play.do(MANAGER, f"{page}reply/", text=reply)


def test_it_reopens_once_and_is_kept_as_words_afterwards(play: Play):
    citizen = play.rate("dissatisfied", comment="等了两个小时", private_word=WORD)
    case = Case.objects.get()
    page = f"/office/cases/{case.number}/"
    play.do(Role.SORTER, f"/office/sorting/{case.number}/", kind="process")
    answer(play, page, "已提醒窗口。")
    citizen.judge(satisfied=False, words="还是一样")
    case.refresh_from_db()
    assert case.state == "to_place"
    assert case.number in play.see(MANAGER, "/office/cases/?state=to_place")

    answer(play, page, "已加开一个窗口。")
    citizen.judge(satisfied=False, words="仍然不够")
    case.refresh_from_db()
    assert case.state == "closed", "the second time reopens nothing"
    words = Rejudgement.objects.order_by("pk").values_list("satisfied", "words")
    assert list(words) == [(False, "还是一样"), (False, "仍然不够")]
    story = play.see(MANAGER, page)
    assert "仍然不够" in story
    assert "评价人仍不满意，办结" in story
    assert "已记录您的意见，办结" in citizen.open()
    assert 'name="satisfied"' not in citizen.open(), "there is nothing more to judge"
