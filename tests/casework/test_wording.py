"""What of the citizen's may stand in a text the unit reads: neither name, number nor words."""

from __future__ import annotations

from datetime import date

import pytest

from pingyi.casework import actions
from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.message_files import MessageRow
from pingyi.casework.models import Case
from pingyi.casework.origins import Channel
from pingyi.casework.reasons import Incomplete
from pingyi.casework.wording import names, unfit_for_unit
from tests.casework.world import AT, PHONE, World, after

SUBJECT = "请问社保为什么连续三个月不给办理转移"


def petition(world: World, name: str) -> Case:
    return actions.open_case_by_hand(
        unit=world.brigade,
        origin="petition",
        dated=date(2026, 6, 1),
        summary="来访反映推诿",
        name=name,
        by=world.sorter,
        at=AT,
    )


def message(world: World, *, sender: str = "买买提·吐尔逊", subject: str = SUBJECT) -> Case:
    row = MessageRow(
        line=2,
        number="1",
        sender=sender,
        subject=subject,
        sent_at=AT,
        text="见主题",
        unit=world.brigade.code,
    )
    actions.load_messages(
        rows=[row],
        channel=Channel.MESSAGE_BOARD,
        area=world.district,
        source="messages.csv",
        by=world.sorter,
        at=AT,
    )
    return actions.open_case_of_message(
        message=CitizenMessage.objects.get(), by=world.sorter, at=AT
    )


def code(text: str, case: Case) -> str:
    found = unfit_for_unit(text, case, field="words")
    return found.code if found else ""


@pytest.mark.parametrize(
    ("text", "hers", "found"),
    [
        ("请核实HS20260601007的办理", "HS20260601007", True),
        ("请核实ＨＳ2026-0601-007", "hs20260601007", True),
        ("武人社〔2026〕12号一件", "武人社 2026 12号", True),
        ("请打12345热线", "1234", False),
        ("第1234号", "1234", True),
        ("A-1 2 3 号", "a123", True),
        ("1 月 2 日 3 时 4 分", "1234", False),
        ("限3个工作日", "3", False),
        ("李 梅香来访", "李梅香", True),
        ("买买提吐尔逊来信", "买买提·吐尔逊", True),
        ("张窗口", "张", False),
        ("请核实", "", False),
    ],
)
def test_a_number_or_a_name_is_found_however_it_is_written(text: str, hers: str, found: bool):
    assert names(text, hers) is found


def test_the_name_left_with_a_petition_stays_with_the_office(world: World):
    case = petition(world, "李梅香")
    assert code("李梅香来访反映推诿，请核实。", case) == "her_name"
    assert code("有群众来访反映推诿，请核实。", case) == ""
    actions.sort_case(case=case, kind="conduct", by=world.sorter, at=after(hours=1))
    actions.note_check(case=case, note="看了", stands=True, by=world.manager, at=after(hours=2))
    with pytest.raises(Incomplete) as refused:
        actions.dispatch_case(
            case=case, words="李梅香反映推诿", by=world.manager, at=after(hours=3)
        )
    assert (refused.value.reason.code, refused.value.reason.field) == ("her_name", "words")


def test_a_message_is_neither_named_by_its_sender_nor_quoted_from_its_subject(world: World):
    case = message(world)
    assert code("买买提吐尔逊留言反映推诿", case) == "her_name"
    assert code(f"{SUBJECT}，请核实。", case) == "her_own_words"
    assert code("有网民反映转移办理迟缓，请核实。", case) == ""


def test_who_is_nobody_in_particular_is_not_a_name(world: World):
    assert code("有网友留言反映推诿", message(world, sender="网友", subject="路灯")) == ""


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        ("信访2026-0113", "请核实信访 2026-0113 号件", "her_matter"),
        ("20260601007", "工单20260601007请核实", "her_matter"),
        ("2026", "2026年以来窗口无人", ""),
        ("", "请核实", ""),
    ],
)
def test_the_number_of_a_petition_leads_the_unit_to_whoever_came(
    world: World, number: str, text: str, found: str
):
    given = {"unit": world.brigade, "origin": "petition", "dated": date(2026, 6, 1)}
    given |= {"summary": "来访反映推诿", "number": number, "by": world.sorter, "at": AT}
    assert code(text, actions.open_case_by_hand(**given)) == found
    nobodys = actions.open_case_by_hand(**given, reply_owed=False)
    assert code(text, nobodys) == "", "a check has no citizen behind it"


def test_she_may_agree_that_the_unit_knows_her_petition(world: World):
    case = actions.open_case_by_hand(
        unit=world.brigade,
        origin="hotline",
        dated=date(2026, 6, 1),
        summary="来电反映推诿",
        number="20260601007",
        phone=PHONE,
        call_back=True,
        by=world.sorter,
        at=AT,
    )
    actions.sort_case(case=case, kind="conduct", by=world.sorter, at=AT)
    actions.log_call(
        case=case,
        outcome="answered_stands",
        note="还没有解决",
        consents_matter=True,
        by=world.caller,
        at=after(hours=1),
    )
    assert code("工单20260601007请核实", case) == ""
