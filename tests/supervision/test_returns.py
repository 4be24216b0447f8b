"""Channel returns: the latest of a period counts, a past moment finds the earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from pingyi import rulebook
from pingyi.audit.actions import SYSTEM
from pingyi.casework import origins
from pingyi.casework.reasons import NotNow
from pingyi.directory.models import Area
from pingyi.directory.problems import DirectoryErrors
from pingyi.people.roles import Role
from pingyi.supervision import inputs, reading
from pingyi.supervision.actions import returns
from pingyi.supervision.kinds import Channel
from pingyi.supervision.models import ChannelReturn, ReturnBatch
from tests.directory.files import xlsx
from tests.staff import staff
from tests.supervision.city import AT, City, city

HEAD = "单位,渠道,月份,很满意,满意,基本满意,不满意,很不满意,默认评价,查实差评,来文编号\n"
LATER = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def town(db) -> City:
    """Departments of 2026; `AT` is in June."""
    assert AT.date() > date(2026, 5, 31)
    return city("jiangmen-2008", "public_facing")


def read(rows: str, *, head: str = HEAD, by=SYSTEM, at=AT):
    return reading.returns_from((head + rows).encode(), "五月.csv", by=by, at=at)[0]


def enter(rows: str, *, by=SYSTEM, at=AT, head: str = HEAD) -> dict[str, int]:
    found = read(rows, head=head, by=by, at=at)
    return returns.enter_returns(rows=found, source="五月.csv", by=by, at=at)


def wrong(rows: str, *, head: str = HEAD, by=SYSTEM, at=AT) -> list[str]:
    with pytest.raises(DirectoryErrors) as refused:
        read(rows, head=head, by=by, at=at)
    return refused.value.lines


def standing(town: City, at=AT, **days) -> dict[tuple[str, str], tuple[int, ...]]:
    codes = {unit.pk: unit.code for unit in town.units}
    return {
        (codes[row.unit], row.channel): tuple(row[2:])
        for row in inputs.returned(town.season, at, **days)
    }


def test_a_file_is_entered_whole_with_its_source(town):
    done = enter(
        "D1,hotline_12345,2026-04,1,2,3,4,5,6,7,江热〔2026〕4号\n"
        "D1,12345 热线,2026年5月,10,0,0,0,0,0,0,\n"
        "D2,clients,2026/5,,8,,2,,,,\n"
    )
    assert done == {"new": 3, "replaced": 0, "taken_back": 0, "unchanged": 0}
    assert standing(town) == {
        ("D1", "hotline_12345"): (11, 2, 3, 4, 5, 6, 7),  # April and May together
        ("D2", "clients"): (0, 8, 0, 2, 0, 0, 0),
    }
    april, may, _ = ChannelReturn.objects.order_by("pk")
    assert (april.document, may.document) == ("江热〔2026〕4号", "五月.csv")
    assert (april.starts_on, april.ends_on) == (date(2026, 4, 1), date(2026, 4, 30))
    assert (april.by, april.at, april.batch.source) == ("system", AT, "五月.csv")


def test_a_later_return_replaces_the_former_from_then_on(town):
    enter("D1,clients,2026-05,9,0,0,1,0,,,\n")
    assert enter("D1,clients,2026-05,9,0,0,1,0,,,\n", at=LATER)["unchanged"] == 1
    assert ChannelReturn.objects.count() == 1
    assert enter("D1,clients,2026-05,8,0,0,2,0,,,\n", at=LATER)["replaced"] == 1
    key = ("D1", "clients")
    assert standing(town, AT)[key][:5] == (9, 0, 0, 1, 0)
    assert standing(town, LATER)[key][:5] == (8, 0, 0, 2, 0)
    assert ChannelReturn.objects.count() == 2


def test_a_row_without_counts_takes_its_period_back(town):
    nothing = {"new": 0, "replaced": 0, "taken_back": 0, "unchanged": 1}
    assert enter("D1,clients,2026-05,,,,,,,,\n") == nothing
    enter("D1,clients,2026-05,9,0,0,1,0,,,\n")
    assert enter("D1,clients,2026-05,,,,,,,,\n", at=LATER)["taken_back"] == 1
    assert standing(town, AT)
    assert not standing(town, LATER)
    assert enter("D1,clients,2026-05,7,,,,,,,\n", at=LATER)["new"] == 1
    assert standing(town, LATER)["D1", "clients"][0] == 7


DAYS = "unit,channel,from,to,satisfied\n"


def test_periods_of_days_count_by_their_last(town):
    enter("D1,clients,2026-04-25,2026-05-03,4\nD1,clients,2026/5/4,2026/5/31,5\n", head=DAYS)
    key = ("D1", "clients")
    assert standing(town, through=date(2026, 5, 2)) == {}
    assert standing(town, through=date(2026, 5, 3))[key][1] == 4
    assert standing(town, through=date(2026, 5, 31))[key][1] == 9
    assert standing(town, since=date(2026, 5, 4), through=date(2026, 5, 31))[key][1] == 5
    assert standing(town, since=date(2026, 5, 3), through=date(2026, 5, 30))[key][1] == 4


def test_overlapping_periods_are_refused_until_the_other_is_taken_back(town):
    enter("D1,clients,2026-05,9,0,0,1,0,,,\n")
    (line,) = wrong("D1,clients,2026-05-31,2026-05-31,1\n", head=DAYS)
    assert "2026-05-01 至 2026-05-31" in line
    assert wrong(
        "D2,clients,2026-04-01,2026-04-10,1\nD2,clients,2026-04-10,2026-04-20,1\n", head=DAYS
    )
    assert enter("D1,clients,2026-05-31,2026-05-31,\nD1,media,2026-05-31,2026-05-31,1\n", head=DAYS)
    swapped = "D1,clients,2026-05-01,2026-05-31,\nD1,clients,2026-05-01,2026-05-15,3\n"
    assert enter(swapped, head=DAYS, at=LATER)["taken_back"] == 1
    assert standing(town, LATER)["D1", "clients"][1] == 3


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("X9,clients,2026-05,1,,,,,,,", "单位", "没有编码为 X9 的单位"),
        ("D1,qr,2026-05,1,,,,,,,", "渠道", "扫码评价由本系统逐条计数"),
        ("D1,扫码评价,2026-05,1,,,,,,,", "渠道", "扫码评价由本系统逐条计数"),
        ("D1,sms,2026-05,1,,,,,,,", "渠道", "不用这个渠道"),
        ("D1,,2026-05,1,,,,,,,", "渠道", "不用这个渠道"),
        ("D1,clients,2026-13,1,,,,,,,", "月份", "月份须写作 2026-05"),
        ("D1,clients,五月,1,,,,,,,", "月份", "月份须写作 2026-05"),
        ("D1,clients,2026-06,1,,,,,,,", "月份", "期间还没有结束"),
        ("D1,clients,2025-12,1,,,,,,,", "月份", "一个评议年度之内"),
        ("D1,clients,2026-05,-1,,,,,,,", "very_satisfied", "不小于 0 的整数"),
        ("D1,clients,2026-05,1.5,,,,,,,", "very_satisfied", "不小于 0 的整数"),
        ("D1,clients,2026-05,1,,,1,1,,3,", "查实差评", "查实差评多于差评"),
    ],
)
def test_every_bad_row_is_named_and_nothing_entered(town, row, column, said):
    lines = wrong(f"D2,clients,2026-05,1,,,,,,,\n{row}\n")
    assert len(lines) == 1
    place, found, text = lines[0].split(": ", 2)
    assert place.endswith("第 3 行")
    assert found in (column, "很满意")
    assert said in text
    assert not ChannelReturn.objects.exists()


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        (DAYS, "D1,clients,2026-05-31,2026-05-01,1", "from: 截止日期早于起始日期"),
        (DAYS, "D1,clients,,2026-05-01,1", "from: 日期须写作"),
        (DAYS, "D1,clients,2026-02-30,2026-05-01,1", "from: 日期须写作"),
        ("unit,channel,satisfied\n", "D1,clients,1", "至少须有其中一列：month"),
        ("unit,channel,month\n", "D1,clients,2026-05", "至少须有其中一列：very_satisfied"),
        ("channel,month,satisfied\n", "clients,2026-05,1", "unit: 缺少这一列"),
        ("unit,channel,month,from,satisfied\n", "D1,clients,2026-05,2026-05-01,1", "只填一样"),
        (DAYS, "", "没有数据行"),
    ],
)
def test_what_a_file_lacks_is_told(town, head, row, said):
    assert said in wrong(f"{row}\n" if row else "", head=head)[0]


def test_the_same_period_twice_in_a_file(town):
    row = "D1,clients,2026-05,1,,,,,,,\n"
    assert "已在第 2 行" in wrong(row + row)[0]


def test_a_workbook_with_real_dates(town):
    head = ["单位", "渠道", "月份", "满意"]
    content = xlsx({"汇总": [head, ["D1", "clients", date(2026, 5, 1), 3]]})
    rows, notes = reading.returns_from(content, "汇总.xlsx", by=SYSTEM, at=AT)
    assert (rows[0].period, notes) == ((date(2026, 5, 1), date(2026, 5, 31)), [])


def test_a_column_nobody_reads_is_noted(town):
    content = "unit,channel,month,满意,满意数\nD1,clients,2026-05,1,2\n".encode()
    (note,) = reading.returns_from(content, "f.csv", by=SYSTEM, at=AT)[1]
    assert "满意数" in note


def test_a_group_takes_only_the_channels_of_its_components(town):
    """Party and mass organisations are rated by the people served, not through the platforms."""
    town.season.enrolments.update(group="party_mass")
    assert "不用这个渠道" in wrong("D1,media,2026-05,1,,,,,,,\n")[0]
    assert enter("D1,clients,2026-05,1,,,,,,,\n")["new"] == 1


def test_a_unit_that_takes_no_part_has_no_return(town):
    town.season.enrolments.filter(unit=town.units[0]).delete()
    assert "未参加" in wrong("D1,clients,2026-05,1,,,,,,,\n")[0]


def test_which_channels_schemes_take():
    of = {name: returns.channels_of(rulebook.scheme(name)) for name in rulebook.names()}
    assert of["wuhan-2018"] == {"sms", "qr", "message_board", "mayor_hotline"}
    assert of["wuhan-2021"] == {"qr", "sms", "provincial", "mayor_hotline", "message_board"}
    assert len(of["jiangmen-2008"]) == 7
    assert of["national"] == of["wuhan-2023"] == set(Channel)  # over all channels
    named = set().union(*of.values())
    assert named == set(Channel)


def test_channels_are_called_alike_everywhere():
    checks = {origins.Channel.CHECKS}  # nobody is asked there whether they are satisfied
    for one in set(origins.Channel) - checks:
        assert (Channel(one.value).zh, Channel(one.value).en) == (one.zh, one.en)


def test_who_may(town):
    row = "D1,clients,2026-05,1,,,,,,,\n"
    assert enter(row, by=town.person(Role.SCHEME_KEEPER))["new"] == 1
    assert wrong(row, by=town.person(Role.LEADER))
    elsewhere = Area.objects.create(code="440800", name="别市", level="city")
    keeper = staff("elsewhere", Role.SCHEME_KEEPER, area=elsewhere)
    assert wrong(row, by=keeper)


def test_a_proposal_waits_is_given_up_or_entered_once(town):
    keeper = town.person(Role.SCHEME_KEEPER)
    given = {"source": "五月.csv", "by": keeper, "at": AT}
    rows = read("D1,clients,2026-05,1,,,,,,,\n", by=keeper)
    left = returns.propose_returns(rows=rows, **given)
    batch = returns.propose_returns(rows=rows, **given)
    left.refresh_from_db()
    assert (left.content, returns.rows_of(batch)) == (None, rows)
    seen = returns.planned(rows, by=keeper, at=AT).digest
    returns.accept_returns(batch=batch, seen=seen, by=keeper, at=AT)
    batch = ReturnBatch.objects.get(pk=batch.pk)
    assert (batch.loaded_by, batch.counts["new"]) == (keeper.audit_name, 1)
    for gone in (batch, left):
        with pytest.raises(NotNow):
            returns.accept_returns(batch=gone, seen=seen, by=keeper, at=AT)
        with pytest.raises(NotNow):
            returns.give_up_returns(batch=gone, by=keeper, at=AT)
    assert ChannelReturn.objects.count() == 1


def test_whoever_confirms_an_outdated_preview_is_told(town):
    keeper = town.person(Role.SCHEME_KEEPER)
    rows = read("D1,clients,2026-05,1,,,,,,,\n", by=keeper)
    batch = returns.propose_returns(rows=rows, source="五月.csv", by=keeper, at=AT)
    seen = returns.planned(rows, by=keeper, at=AT).digest
    enter("D1,clients,2026-05,5,,,,,,,\n")
    with pytest.raises(NotNow) as refused:
        returns.accept_returns(batch=batch, seen=seen, by=keeper, at=AT)
    assert refused.value.reason.code == "returned_meanwhile"
    assert standing(town)["D1", "clients"][0] == 5
    assert returns.waiting_batches().get() == batch  # nothing is lost


def test_the_database_keeps_one_return_of_a_period(town):
    enter("D1,clients,2026-05,1,,,,,,,\n")
    first = ChannelReturn.objects.get()
    enter("D1,clients,2026-05,2,,,,,,,\n", at=LATER)
    for replaces in (None, first):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChannelReturn.objects.create(
                batch=first.batch,
                season=first.season,
                unit=first.unit,
                channel=first.channel,
                starts_on=first.starts_on,
                ends_on=first.ends_on,
                document=first.document,
                replaces=replaces,
                at=LATER,
                by="x",
            )


@pytest.mark.django_db
def test_queries_do_not_grow_with_rows():
    town = city("jiangmen-2008", "public_facing", units=40)

    def count(rows: str) -> int:
        keeper = staff(f"k{len(rows)}", Role.SCHEME_KEEPER, area=town.area)
        with CaptureQueriesContext(connection) as caught:
            enter(rows, by=keeper)
        return len(caught)

    one = count("D1,clients,2026-05,1,,,,,,,\n")
    many = count("".join(f"D{n},clients,2026-04,1,,,,,,,\n" for n in range(1, 41)))
    assert one == many
