"""S7: a market found dirty by a covert check, and again; a notice, a supervision letter due in
seven working days, an answer, and a look-back that finds it as it was."""

from __future__ import annotations

import re

import pytest

from pingyi.casework.models import Case
from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters.models import Letter
from pingyi.people.roles import Role
from tests.scenarios.play import Play, stage
from tests.scenarios.test_letters_of_the_stories import Days
from tests.staff import signed_in, staff

MANAGER = Role.CASE_MANAGER


@pytest.fixture
def days(monkeypatch) -> Days:
    days = Days(monkeypatch)
    days.come(7, 28)
    return days


@pytest.fixture
def play(db, days) -> Play:
    made = stage(unit="蔡店集贸市场管理所", point="市场服务台")
    prefixes = {"rectification": "蔡治庸改", "supervision": "蔡治庸督"}
    organ = {"name": "蔡店区治庸办", "area": made.unit.area_id, "desk": "office", **prefixes}
    admin = signed_in(staff("organs", Role.SYSTEM_ADMIN))
    assert admin.post("/office/letters/organs/add/", organ).status_code == 302
    return made


def letter_of(play: Play, page: str, kind: str, title: str, body: str) -> Letter:
    """Begun on the case's page by the manager, issued by the leader."""
    begin = re.search(r'href="(/office/letters/new/[^"]+)"', play.see(MANAGER, page))
    assert begin
    form = play.see(MANAGER, begin[1])
    assert re.search(r">\s*U1</textarea>", form), "the unit is the recipient"
    paper = re.search(rf'<option value="(\d+:{kind})"', form)
    assert paper
    sent = {"paper": paper[1], "title": title, "body": body, "main": "U1", "wants_reply": "on"}
    made = play[MANAGER].post(begin[1], sent)
    assert made.status_code == 302, made.content.decode()[-2000:]
    play.do(MANAGER, f"{made.url}submit/", revision=1)
    play.do(Role.LEADER, f"{made.url}issue/", revision=1)
    return Letter.objects.latest("pk")


def due_day(letter: Letter) -> str:
    clock = letter.recipients.get().clocks.get(rule="letter_reply")
    return clock.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def test_the_market_twice(play: Play, days: Days):
    # 28 July: the covert check becomes a case, the unit gets its notice.
    play.do(
        Role.SORTER, "/office/cases/new/", origin="check", unit="U1", number="暗访〔2017〕28",
        dated="2017-07-28", summary="市场地面脏乱，值班室无人",
    )  # fmt: skip
    case = Case.objects.get()
    page = f"/office/cases/{case.number}/"
    play.do(Role.SORTER, f"/office/sorting/{case.number}/", kind="conduct")
    notice = letter_of(play, page, "rectification", "关于市场环境的整改通知书", "请立即整改。")

    # 2 August: the recheck finds it unchanged. 7 August: on television.
    days.come(8, 2)
    play.come_back()
    play.do(MANAGER, f"{page}check/", note="8月2日复查，情况未变", stands="on")
    days.come(8, 7)
    play.come_back()
    play.do(MANAGER, f"{page}check/", note="8月7日电视问政曝光")

    # 8 August: the supervision letter; first findings within seven working days.
    days.come(8, 8)
    play.come_back()
    letter = letter_of(play, page, "supervision", "关于市场环境的督办函", "请报送初步核查结果。")
    assert (notice.number, letter.number) == ("蔡治庸改〔2017〕1号", "蔡治庸督〔2017〕1号")
    assert due_day(letter) == "2017-08-17"
    days.come(8, 17)
    play.come_back()
    there = f"/unit/letters/{letter.recipients.get().pk}/"
    play.do(Role.UNIT_ADMIN, f"{there}reply/", text="已清理，建立两班值守。")
    recipient = f"/office/letters/{letter.pk}/to/{letter.recipients.get().pk}/"
    assert "按时" in play.see(MANAGER, recipient)
    play.do(MANAGER, f"{recipient}accept/")
    play.do(MANAGER, f"{page}decide/", finding="verified", kind="conduct", reason="两次检查均属实")
    play.do(MANAGER, f"{page}close/")

    # Later, somebody new looks again: it is dirty once more.
    play.do(MANAGER, f"{page}pick/", stage="first")
    assert play[MANAGER].post(
        f"{page}look-back/", {"way": "site", "put_right": "yes", "note": "x"}
    ).status_code == 409, "whoever was on the case does not look back"  # fmt: skip
    days.come(9, 12)
    play.come_back()
    play.do(
        Role.CALLER, f"{page}look-back/", way="site", put_right="no", note="9月12日又见脏乱无人"
    )
    case.refresh_from_db()
    assert (case.state, case.round) == ("to_place", 1)
    story = play.see(MANAGER, page)
    assert "领导责任" in story
    told = [
        "分拣", "起草函件", "函件印发", "核查后问题仍在", "记录核查", "函件已答复",
        "答复已采纳", "认定", "无人待复，办结", "列入回头看", "回头看，未整改，重新处置",
    ]  # fmt: skip
    assert [line for line in told if line not in story] == []
    for number in (notice.number, letter.number):
        assert number in story
    assert "函件超期未答复" in story, "the notice was never answered"
    unit = play.see(Role.UNIT_ADMIN, "/unit/verdicts/")
    assert "9月12日又见脏乱无人" in unit or case.number in unit
