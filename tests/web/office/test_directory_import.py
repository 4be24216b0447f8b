"""A file is previewed, and then exactly what was shown is loaded."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pingyi.directory import actions
from pingyi.directory.models import Area, Batch, ServicePoint, Unit
from pingyi.people.roles import Role
from tests.directory.build import NOW
from tests.directory.files import CITY, city, xlsx, zipped
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
NOBODYS = ["NO", "x", "window", "", ""]
IMPORT = "/office/directory/import/"


@pytest.fixture
def system() -> Client:
    return signed_in(staff("sysadmin", Role.SYSTEM_ADMIN))


def upload(browser: Client, content: bytes, name: str = "目录.xlsx"):
    return browser.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def plan_of(page: str) -> str:
    return re.search(r'name="plan" value="(\w+)"', page)[1]


def html(response) -> str:
    return response.content.decode()


def test_an_empty_installation_is_filled_from_a_file(system):
    assert "目录还是空的" in html(system.get("/office/directory/"))
    preview = upload(system, xlsx(CITY))["Location"]
    page = html(system.get(preview))
    assert "江岸区人力资源局" in page
    assert not Unit.objects.exists(), "a preview changes nothing"
    assert system.post(preview, {"plan": plan_of(page)})["Location"] == preview
    assert Unit.objects.count() == 2
    batch = Batch.objects.get()
    assert (batch.loaded_by, batch.source, batch.content) == ("sysadmin", "目录.xlsx", None)
    assert "导入结果" in html(system.get(preview))
    assert "目录.xlsx" in html(system.get(IMPORT))


@pytest.fixture
def filled(system) -> Client:
    preview = upload(system, zipped(CITY), "目录.zip")["Location"]
    system.post(preview, {"plan": plan_of(html(system.get(preview)))})
    return system


def test_old_and_new_values_are_shown(filled):
    rows = [list(row) for row in CITY["points"]]
    rows[1][4] = "周一至周日 8:00-20:00"
    page = html(filled.get(upload(filled, xlsx({"points": rows}))["Location"]))
    assert "办公时间：周一至周五 8:30-17:00 → 周一至周日 8:00-20:00" in page
    changed = html(filled.get(upload(filled, xlsx({"points": rows}))["Location"] + "?show=new"))
    assert "没有这一类变动" in changed


def test_the_same_file_again_has_nothing_to_confirm(filled):
    page = html(filled.get(upload(filled, xlsx(CITY))["Location"]))
    assert "没有变动" in page
    assert "确认导入" not in page


def test_a_directory_that_moved_meanwhile_is_shown_anew(filled):
    rows = [list(row) for row in CITY["points"]]
    rows[1][4] = "全天"
    preview = upload(filled, xlsx({"points": rows}))["Location"]
    seen = plan_of(html(filled.get(preview)))
    found = ServicePoint.objects.get(name="综合1号窗口")
    actions.edit_point(
        point=found, name=found.name, kind="window", address="", hours="", by=staff("x"), at=NOW
    )
    moved = filled.post(preview, {"plan": seen})
    assert moved.status_code == 409
    assert "目录在此期间有变动" in html(moved)
    assert ServicePoint.objects.get(pk=found.pk).hours == ""
    filled.post(preview, {"plan": plan_of(html(moved))})
    assert ServicePoint.objects.get(pk=found.pk).hours == "全天"
    assert "导入结果" in html(filled.post(preview, {"plan": seen}))


def test_rows_that_no_longer_fit_are_named(system):
    preview = upload(system, xlsx(CITY))["Location"]
    seen = plan_of(html(system.get(preview)))
    from tests.directory.build import season

    season("2097", scheme="jiangmen-2008")
    unfit = system.post(preview, {"plan": seen})
    assert unfit.status_code == 409
    assert "方案中没有分组 offices" in html(unfit)
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (xlsx(city(points=[*CITY["points"], NOBODYS])), "没有编码为 NO 的单位"),
        (b"PK\x03\x04 and then nothing", "压缩包不完整或已损坏"),
        (b"\x00" * 100, "没有可读的工作表"),
        (b"", "error"),
        (xlsx({"Sheet1": [["a"]]}), "没有可读的工作表"),
        (xlsx({"units": CITY["units"][:1]}), "文件里没有数据行"),
    ],
)
def test_bad_files_are_explained(system, content, said):
    answer = upload(system, content)
    assert answer.status_code == 422
    assert said in html(answer)
    assert not Area.objects.exists()
    assert not Batch.objects.exists()


def test_the_accounts_sheet_is_left_to_the_administrators(system):
    people = [["login", "role"], ["x", "sorter"]]
    preview = upload(system, xlsx({**CITY, "accounts": people}))["Location"]
    assert "账号表未读入" in html(system.get(preview))


def test_a_proposal_given_up_is_gone(filled):
    rows = [["unit", "name", "kind"], ["B1", "新窗口", "window"]]
    preview = upload(filled, xlsx({"points": rows}))["Location"]
    seen = plan_of(html(filled.get(preview)))
    assert filled.post(f"{preview}give-up/").status_code == 302
    assert filled.post(preview, {"plan": seen})["Location"] == IMPORT
    again = filled.post(f"{preview}give-up/", follow=True)
    assert "该文件已导入或已放弃" in html(again)
    assert not ServicePoint.objects.filter(name="新窗口").exists()


def test_only_the_whole_citys_keepers_import(filled):
    browser = signed_in(staff("district", Role.SCHEME_KEEPER, area=Area.objects.get(code="420102")))
    assert upload(browser, xlsx(CITY)).status_code == 403
    preview = upload(filled, xlsx(CITY))["Location"]
    assert browser.get(preview).status_code == 403
    assert browser.post(f"{preview}give-up/").status_code == 403
