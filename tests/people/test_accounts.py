"""The accounts sheet of a directory file."""

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.directory.content import AreaRow, Content, UnitRow
from pingyi.directory.loading import load
from pingyi.directory.models import Unit
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.tables import Table, as_text
from pingyi.people import accounts, actions, links
from pingyi.people.models import Appointment, User
from pingyi.people.permissions import roles_of
from pingyi.people.roles import Role
from tests.directory.build import NOW

pytestmark = pytest.mark.django_db

BY = {"by": SYSTEM, "at": NOW}
CITY = Content(
    areas=[AreaRow(code="420100", name="武汉市")],
    units=[UnitRow(code="U1", name="单位", group="offices", area="420100")],
)
HEAD = ["login", "name", "role", "area", "unit", "phone"]
STAFF = [
    HEAD,
    ["wang", "王", "sorter", "420100", "", "13812341234"],
    ["wang", "王", "回访员", "420100", "", "13812341234"],
    ["li", "李", "双评议管理员", "", "U1", ""],
    ["sys", "系统", "system_admin", "", "", ""],
]


def read(lines):
    table = Table.from_cells("accounts", [[as_text(cell) for cell in line] for line in lines])
    return accounts.read(table, CITY)


def load_accounts(lines):
    rows, _notes, problems = read(lines)
    assert not problems
    return accounts.load(rows, **BY)


@pytest.fixture
def city():
    load(content=CITY, **BY)


def test_users_appointments_and_links(city):
    done = load_accounts(STAFF)
    assert [user.username for user, _token in done.links] == ["wang", "li", "sys"]
    wang = User.objects.get(username="wang")
    assert roles_of(wang) == {Role.SORTER, Role.CALLER}
    assert actions.phone_of(wang) == "13812341234"
    assert Appointment.objects.get(role="unit_admin").unit.code == "U1"
    assert all(links.find(token, at=NOW).user == user for user, token in done.links)


def test_the_same_again_changes_nothing_and_gives_no_link(city):
    load_accounts(STAFF)
    again = load_accounts(STAFF)
    assert (again.links, again.changed, again.appointed, again.unchanged) == ([], 0, 0, 4)


def test_users_are_updated_by_login_and_none_is_dismissed_by_omission(city):
    load_accounts(STAFF)
    changed = load_accounts([HEAD, ["WANG", "王五", "leader", "420100", "", "13912341234"]])
    assert (changed.changed, changed.appointed) == (1, 1)
    wang = User.objects.get(username="wang")
    assert (wang.name, actions.phone_of(wang)) == ("王五", "13912341234")
    assert roles_of(wang) == {Role.SORTER, Role.CALLER, Role.LEADER}
    load_accounts([["login", "role", "area"], ["wang", "leader", "420100"]])
    assert actions.phone_of(User.objects.get(username="wang")) == "13912341234"


def test_a_unit_retired_since_does_not_spoil_the_file(city):
    from pingyi.directory.actions import retire_unit

    load_accounts(STAFF)
    retire_unit(unit=Unit.objects.get(), **BY)
    assert load_accounts(STAFF).unchanged == 4
    _rows, _notes, problems = read([HEAD, ["new", "新", "unit_admin", "", "U1", ""]])
    assert [p.column for p in problems] == ["unit"]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (["", "x", "sorter", "420100", "", ""], "login"),
        (["a b", "x", "sorter", "420100", "", ""], "login"),
        (["13812341234", "x", "sorter", "420100", "", ""], "login"),
        (["x", "x", "emperor", "420100", "", ""], "role"),
        (["x", "x", "", "420100", "", ""], "role"),
        (["x", "x", "sorter", "", "", ""], "area"),
        (["x", "x", "sorter", "", "U1", ""], "area"),
        (["x", "x", "sorter", "999", "", ""], "area"),
        (["x", "x", "unit_admin", "420100", "", ""], "unit"),
        (["x", "x", "unit_admin", "420100", "U1", ""], "unit"),
        (["x", "x", "unit_admin", "", "U9", ""], "unit"),
        (["x", "x", "sorter", "420100", "", "123"], "phone"),
        (["x", "字" * 61, "sorter", "420100", "", ""], "name"),
        (["wang", "王", "sorter", "420100", "", "13812341234"], "login"),
        (["wang", "另一个王", "leader", "420100", "", "13812341234"], "login"),
        (["sys", "系统", "audit_admin", "", "", ""], "role"),
    ],
)
def test_a_bad_row_is_named_and_no_phone_is_shown(line, column):
    _rows, _notes, problems = read([*STAFF, line])
    assert [(p.sheet, p.line, p.column) for p in problems] == [("accounts", 6, column)]
    assert not any("138" in p.text or "123" in p.text for p in problems)


def test_administrators_stay_apart_over_several_files(city):
    load_accounts(STAFF)
    _rows, _notes, problems = read([HEAD, ["sys", "系统", "security_admin", "", "", ""]])
    assert [p.column for p in problems] == ["role"]
    actions.deactivate_user(user=User.objects.get(username="li"), **BY)
    _rows, _notes, problems = read([HEAD, ["li", "李", "leader", "420100", "", ""]])
    assert [p.column for p in problems] == ["login"]


def test_chinese_headings_and_a_missing_column():
    table = [
        ["手机号", "单位", "区划", "角色", "姓名", "登录名"],
        ["", "U1", "", "双评议管理员", "李", "li"],
    ]
    rows, notes, problems = read(table)
    assert (rows[0].login, rows[0].unit, notes, problems) == ("li", "U1", [], [])
    with pytest.raises(DirectoryErrors):
        read([["login"], ["li"]])
