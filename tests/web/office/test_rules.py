"""The page on which a season comes under a changed text of its scheme."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from pingyi import rulebook
from pingyi.directory import schemes
from pingyi.directory.models import Adoption, Season
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.shell.main import main
from tests.casework.world import World
from tests.publication.laid_down import DEARER, FILE, OPENED, Change
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/office/directory/seasons/2026/rules/"


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_text_is_proposed_by_one_and_adopted_by_another(laid_down: World, file_says: Change):
    keeper = signed_in(laid_down.person(Role.SCHEME_KEEPER, area=laid_down.city))
    leader = signed_in(laid_down.person(Role.LEADER, area=laid_down.city))
    assert "随年度建立" in text_of(keeper.get(PAGE))
    assert "无须处理" in text_of(keeper.get(PAGE))
    file_says(DEARER)
    differs = text_of(keeper.get(PAGE))
    for said in (
        "未经采用，文件的改动不起作用",
        "points.verified-bad-rating",
        "<td>-3</td>",
        "<td>-5</td>",
    ):
        assert said in differs, said
    assert "未经采用" in text_of(keeper.get("/scoreboard/"))
    assert "未经采用" in text_of(keeper.get("/office/directory/seasons/2026/"))

    today = timezone.localdate()
    wrong = keeper.post(PAGE, {"reason": "市里修订", "from_day": "2026-01-01"})
    assert wrong.status_code == 422
    for said in ("施行日期不能早于今天", "市里修订", 'value="2026-01-01"'):
        assert said in text_of(wrong), said
    assert keeper.post(PAGE, {"reason": "市里修订", "from_day": str(today)}).status_code == 302
    made = Adoption.objects.latest("pk")
    waits = text_of(keeper.get(PAGE))
    assert "须由提出人以外的另一人采用" in waits, "greyed, with its reason"
    keeper.post(f"{PAGE}{made.pk}/adopt/")
    assert Adoption.objects.get(pk=made.pk).is_open
    User.objects.filter(username=made.proposed_by).update(name="方案管理员甲")
    done = leader.post(f"{PAGE}{made.pk}/adopt/", follow=True)
    for said in ("已采用", "现行", "已被取代", "市里修订", "方案管理员甲"):
        assert said in text_of(done), said
    assert schemes.in_force(Season.objects.get()).points["verified-bad-rating"].each == -5
    past = text_of(keeper.get(f"{PAGE}?text={made.pk}"))
    assert "<td>-3</td>" in past
    assert "<td>-5</td>" in past
    again = leader.post(f"{PAGE}{made.pk}/adopt/", follow=True)
    assert "该文本已采用或已放弃" in text_of(again)


def test_only_remarks_changed(laid_down: World, file_says: Change):
    file_says((b"[floor]", b"# a remark\n[floor]"))
    keeper = signed_in(laid_down.person(Role.SCHEME_KEEPER, area=laid_down.city))
    assert "各条款相同，只有注释或排版不同" in text_of(keeper.get(PAGE))


def test_a_district_keeper_reads_but_changes_nothing(laid_down: World, file_says: Change):
    file_says(DEARER)
    keeper = signed_in(laid_down.person(Role.SCHEME_KEEPER, area=laid_down.district))
    assert "points.verified-bad-rating" in text_of(keeper.get(PAGE))
    sent = keeper.post(PAGE, {"reason": "r", "from_day": str(timezone.localdate())})
    assert sent.status_code == 403
    assert Adoption.objects.count() == 1


@pytest.mark.parametrize("day", ["", "31.7.2026", "9999-99-99"])
def test_what_is_no_day_is_refused(laid_down: World, file_says: Change, day: str):
    file_says(DEARER)
    keeper = signed_in(laid_down.person(Role.SCHEME_KEEPER, area=laid_down.city))
    assert keeper.post(PAGE, {"reason": "r", "from_day": day}).status_code == 422


def test_a_restored_city_does_without_its_own_file(
    laid_down: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its season's text came with the database: every page and command goes by that."""
    text = FILE.replace(b'name = "wuhan-2023"', b'name = "ours-2026"').replace(*DEARER)
    (tmp_path / "ours-2026.toml").write_bytes(text)
    rulebook.use_folder(tmp_path)
    Season.objects.update(scheme="ours-2026")
    season = Season.objects.get()
    schemes.begin(season, rulebook.scheme("ours-2026"), by="t", at=OPENED)
    laid_down.season = season
    laid_down.case("verified")
    rulebook.use_folder(None)
    monkeypatch.setattr(schemes, "_read", {})

    keeper = signed_in(laid_down.person(Role.SCHEME_KEEPER, area=laid_down.city))
    assert "本机没有这个方案的文件" in text_of(keeper.get(PAGE))
    seasons = "/office/directory/seasons/"
    own = f"/scoreboard/2026/{laid_down.brigade.code}/"
    for page in ("/scoreboard/", own, seasons, f"{seasons}2026/", "/office/releases/",
                 "/office/marks/", "/office/directory/", "/simulation/"):  # fmt: skip
        assert keeper.get(page).status_code == 200, page
    assert keeper.post(f"{seasons}2026/all/").status_code == 302
    assert signed_in(laid_down.manager).get("/office/cases/").status_code == 200
    assert Client().get(f"/r/{laid_down.code}").status_code == 200
    board = CliRunner().invoke(main, ["scoreboard", "--season", "2026"])
    brigade = next(one for one in json.loads(board.stdout)["results"] if one["unit"] == "B1-1")
    assert (brigade["total"], board.stderr) == ("95.00", "")
    doctor = CliRunner().invoke(main, ["doctor"]).stdout
    assert "rules of 2026: there is no file ours-2026; computed by the text in force" in doctor
