"""Citizens' messages from a file: all or nothing, and a repeat changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from pingyi.audit.actions import SYSTEM
from pingyi.audit.keys import keyring
from pingyi.casework import actions, message_files
from pingyi.casework.intake_models import CitizenMessage, MessageBatch, open_sender
from pingyi.casework.intake_queries import messages_for
from pingyi.casework.message_files import MessageRow, parsed_moment
from pingyi.casework.models import Case
from pingyi.casework.origins import Channel
from pingyi.casework.reasons import Incomplete, NotNow
from pingyi.demo.cases import walk
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.tables import read_tables
from pingyi.people.roles import Role
from tests.casework.test_concurrency import at_once
from tests.casework.world import AT, after, build

HEAD = "message_no,sender,subject,sent_at,text,reply,replied_at,unit,satisfaction\n"
GOOD = (
    HEAD
    + "1,A0001,社保,2026/5/24 15:40:04,窗口推诿,已答复,2026/5/25 9:00:00,B1-1,不满意\n"
    + '2,A0002,路灯,2026-05-24,"两行\n文字",,,,\n'
    + "3,A0003,停车,2026/5/24 8:00:00,无单位,已答复,2026/5/25,,1\n"
)


def read(
    world,
    text: str = GOOD,
    *,
    area=None,
    encoding: str = "utf-8-sig",
    channel: Channel = Channel.MESSAGE_BOARD,
):
    tables = read_tables(text.encode(encoding), filename="messages.csv")
    rows, _notes = message_files.read(tables, channel=channel, area=area or world.city, at=AT)
    return rows


def load(world, rows, *, by=SYSTEM, channel=Channel.MESSAGE_BOARD):
    return actions.load_messages(
        rows=rows, channel=channel, area=world.city, source="messages.csv", by=by, at=AT
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_rows_are_read_in_either_encoding(world, encoding):
    first, second, third = read(world, encoding=encoding)
    assert first == MessageRow(
        line=2,
        number="1",
        sender="A0001",
        subject="社保",
        sent_at=datetime(2026, 5, 24, 7, 40, 4, tzinfo=UTC),
        text="窗口推诿",
        reply="已答复",
        replied_at=datetime(2026, 5, 25, 1, 0, tzinfo=UTC),
        unit="B1-1",
        satisfaction=2,
    )
    assert (second.text, second.replied_at, second.unit) == ("两行\n文字", None, "")
    assert third.satisfaction == 1


def test_chinese_headings_and_a_units_name_serve_too(world):
    text = (
        "留言编号,留言用户,留言主题,留言时间,留言详情,答复意见,答复时间,单位,满意度\n"
        "7,A,题,2026/5/24 1:02:03,文,,,洪山区劳动监察大队,非常满意\n"
    )
    (row,) = read(world, text)
    assert (row.unit, row.satisfaction) == ("B1-1", 5)


def test_a_spreadsheets_number_is_its_moment():
    found = parsed_moment("43579.65282407407")
    assert found == parsed_moment("2019/4/24 15:40:04")
    assert parsed_moment("43890") == parsed_moment("2020/2/29")


def test_every_bad_row_is_named(world):
    text = HEAD + (
        ",a,s,2026/5/24 1:00:00,t,,,,\n"
        "2,a,s,yesterday,t,,,,\n"
        "3,a,s,2026/5/24 1:00:00,,,,,\n"
        "4,a,s,2026/5/24 1:00:00,t,,,B9,\n"
        "5,a,s,2026/5/24 1:00:00,t,,,,fine\n"
        "6,a,s,2027/5/24 1:00:00,t,,,,\n"
        "8,a,s,0001/1/1 0:00:00,t,,,,\n"
        "7,a,s,2026/5/24 1:00:00,t,,,,\n"
        "7,a,s,2026/5/24 1:00:00,t,,,,6\n"
    )
    with translation.override("en"), pytest.raises(DirectoryErrors) as wrong:
        read(world, text)
    lines = wrong.value.lines
    assert [line.split(": ")[1] for line in lines] == [
        "message_no", "sent_at", "text", "unit", "satisfaction", "sent_at", "sent_at",
        "message_no",
    ]  # fmt: skip
    assert "satisfaction" in lines[-1]
    assert "row 9" in lines[-1]
    assert not CitizenMessage.objects.exists()


def test_a_row_given_twice_counts_once(world):
    first, *_others = read(world)
    twice = GOOD + GOOD.removeprefix(HEAD)
    tables = read_tables(twice.encode(), filename="messages.csv")
    with translation.override("en"):
        rows, notes = message_files.read(
            tables, channel=Channel.MESSAGE_BOARD, area=world.city, at=AT
        )
    assert (len(rows), rows[0]) == (3, first)
    assert notes == ["3 rows repeat an earlier one word for word and count once."]
    assert load(world, rows) == {"new": 3, "known": 0, "opened": 1}


def test_what_was_typed_in_full_width_is_read_too(world):
    text = HEAD + "1,a,s,２０２６／５／２４ １５：４０：０４,t,,,Ｂ１－１,２\n"
    (row,) = read(world, text)
    assert row.sent_at == datetime(2026, 5, 24, 7, 40, 4, tzinfo=UTC)
    assert (row.unit, row.satisfaction) == ("B1-1", 2)


def test_a_missing_column_and_an_empty_file_are_refused(world):
    for text in ("message_no,text\n1,t\n", HEAD, "\n"):
        with pytest.raises(DirectoryErrors):
            read(world, text)


def test_a_district_imports_of_its_own_units_alone(world):
    with pytest.raises(DirectoryErrors):
        read(world, area=world.elsewhere)
    assert len(read(world, area=world.district)) == 3


def test_the_dissatisfied_with_a_unit_become_cases(world):
    assert load(world, read(world)) == {"new": 3, "known": 0, "opened": 1}
    case = Case.objects.get()
    assert (case.unit, case.origin, case.state) == (world.brigade, "message", "unsorted")
    assert (case.source.summary, case.source.number) == ("社保", "1")
    message = case.source.message
    assert open_sender(message, keyring=keyring()) == "A0001"
    assert b"A0001" not in bytes(message.sender_cipher)
    places = dict(CitizenMessage.objects.values_list("number", "area__code"))
    assert places == {"1": "420111", "2": "420100", "3": "420100"}


def test_a_repeat_changes_nothing_and_another_channel_counts_for_itself(world):
    load(world, read(world))
    before = list(CitizenMessage.objects.values())
    again = GOOD.replace("窗口推诿", "别的话").replace("不满意", "满意")
    assert load(world, read(world, again)) == {"new": 0, "known": 3, "opened": 0}
    assert list(CitizenMessage.objects.values()) == before
    counts = load(world, read(world), channel=Channel.HOTLINE_12345)
    assert counts == {"new": 3, "known": 0, "opened": 1}
    assert sorted(Case.objects.values_list("origin", flat=True)) == ["hotline", "message"]


def test_a_message_is_opened_once_with_a_unit(world):
    load(world, read(world))
    message = CitizenMessage.objects.get(number="3")
    with pytest.raises(Incomplete):
        actions.open_case_of_message(message=message, by=SYSTEM, at=AT)
    manager = world.person(Role.CASE_MANAGER, area=world.city)
    case = actions.open_case_of_message(
        message=message, unit=world.brigade, summary="停车难", by=manager, at=AT
    )
    assert case.source.summary == "停车难"
    with pytest.raises(NotNow):
        actions.open_case_of_message(message=message, unit=world.brigade, by=manager, at=AT)


def test_messages_are_read_within_ones_area(world):
    load(world, read(world))
    seen = {
        area.code: sorted(
            messages_for(world.person(Role.SORTER, area=area)).values_list("number", flat=True)
        )
        for area in (world.city, world.district, world.elsewhere)
    }
    assert seen == {"420100": ["1", "2", "3"], "420111": ["1"], "420106": []}
    assert not messages_for(world.caller).exists()


def test_a_proposal_keeps_its_rows_encrypted_until_it_is_loaded_or_given_up(world):
    given = {"rows": read(world), "channel": Channel.MESSAGE_BOARD, "area": world.city}
    by = world.sorter
    first = actions.propose_messages(**given, source="a.csv", by=by, at=AT)
    assert "窗口推诿".encode() not in bytes(first.content_cipher)
    second = actions.propose_messages(**given, source="b.csv", by=by, at=AT)
    first.refresh_from_db()
    with pytest.raises(NotNow):
        actions.accept_messages(batch=first, by=by, at=AT)
    assert actions.accept_messages(batch=second, by=by, at=AT)["new"] == 3
    second.refresh_from_db()
    assert (second.content_cipher, second.loaded_by) == (None, by.audit_name)
    with pytest.raises(NotNow):
        actions.give_up_messages(batch=second, by=by, at=AT)
    assert MessageBatch.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2019/4/24 15:40:04", 15),
        ("2019-04-24T15:40", 15),
        ("2019年4月24日 15:40:04", 15),
        ("2018/4/24", 0),
        ("2019/2/30 1:00:00", None),
        ("24.4.2019", None),
        ("2019/4/24 25:00:00", None),
        ("2019/4/24 24:00:00", None),
        ("0001/1/1 00:00:00", None),
        ("43579.65282407407", 15),
        ("43579", 0),
        ("4357", None),
        ("-43579", None),
    ],
)
def test_moments_as_they_are_written(text, hour):
    found = parsed_moment(text)
    assert (found.hour if found else None) == hour


@pytest.mark.django_db(transaction=True)
def test_a_message_opened_by_two_at_once_is_one_case():
    world = build()
    load(world, read(world))
    message = CitizenMessage.objects.get(number="3")
    manager = world.person(Role.CASE_MANAGER, area=world.city)
    before = Case.objects.count()
    results = at_once(
        *(
            lambda: actions.open_case_of_message(
                message=message, unit=world.brigade, summary="停车难", by=manager, at=AT
            )
            for _ in range(2)
        )
    )
    assert sum(isinstance(one, NotNow) for one in results) == 1, results
    assert Case.objects.count() == before + 1


CHECKS = (
    "检查编号,主题,检查时间,检查情况,单位\n"
    "明-7,窗口脱岗,2026/5/24 9:00,九点无人在岗,B1-1\n"
    "明-8,环境脏乱,2026/5/24,地面积水,B1\n"
)


@pytest.mark.parametrize(
    ("channel", "origin"), [(Channel.CHECKS, "check"), (Channel.MEDIA, "exposure")]
)
def test_what_checks_found_and_media_showed_is_opened_without_a_citizen(world, channel, origin):
    """Nobody wrote: there is no sender, and nobody awaits an answer."""
    load(world, read(world, CHECKS, channel=channel), channel=channel)
    message = CitizenMessage.objects.get(number="明-7")
    case = actions.open_case_of_message(message=message, by=world.sorter, at=AT)
    assert (case.origin, case.unit, case.source.number) == (origin, world.brigade, "明-7")
    assert case.source.dated.isoformat() == "2026-05-24"
    assert not case.source.reply_owed
    walk(case, ["sort", "check", "verify"], hands=world.hands, at=after(hours=2))
    actions.close_case(case=case, by=world.manager, at=after(hours=9))
    assert case.state == "closed"


def test_whoever_wrote_to_the_media_awaits_an_answer(world):
    load(world, read(world, channel=Channel.MEDIA), channel=Channel.MEDIA)
    message = CitizenMessage.objects.get(number="2")
    case = actions.open_case_of_message(message=message, unit=world.brigade, by=world.sorter, at=AT)
    assert case.source.reply_owed


def test_a_board_or_hotline_says_who_wrote(world):
    with pytest.raises(DirectoryErrors) as refused:
        read(world, CHECKS, channel=Channel.HOTLINE_12345)
    assert {problem.column for problem in refused.value.problems} == {
        "sender", "reply", "replied_at",
    }  # fmt: skip
