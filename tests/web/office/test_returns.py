"""Channel returns' pages: a file is looked at, then entered exactly as it was shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.directory.models import Area
from pingyi.people.roles import Role
from pingyi.supervision.actions import returns
from pingyi.supervision.models import ChannelReturn, ReturnBatch
from tests.staff import signed_in, staff
from tests.supervision.city import City, city
from tests.supervision.test_returns import HEAD, enter, in_chinese  # noqa: F401
from tests.web.reading import words

pytestmark = pytest.mark.django_db
LIST, IMPORT = "/office/returns/", "/office/returns/import/"
MAY = "D1,clients,2026-05,40,5,,5,,3,2,江测〔2026〕5号\n"


@pytest.fixture
def town() -> City:
    return city("jiangmen-2008", "public_facing")


@pytest.fixture
def desk(town):
    return signed_in(town.person(Role.SCHEME_KEEPER))


def send(desk, rows: str, *, head: str = HEAD):
    return desk.post(IMPORT, {"file": SimpleUploadedFile("五月.csv", (head + rows).encode())})


def waiting() -> ReturnBatch:
    return returns.waiting_batches().get()


def test_from_the_empty_list_to_the_board(town, desk):
    assert "还没有渠道汇总" in words(desk.get(LIST))
    assert "还没有导入过" in words(desk.get(IMPORT))
    sent = send(desk, MAY)
    preview = desk.get(sent.url)
    assert "第1局" in words(preview)
    assert "很满意 40 · 满意 5 · 不满意 5 · 默认评价 3 · 查实差评 2" in words(preview)
    assert not ChannelReturn.objects.exists()
    done = desk.post(sent.url, {"plan": preview.context["plan"].digest}, follow=True)
    assert "新增 1 条" in words(done)
    listed = words(desk.get(LIST))
    assert "服务对象" in listed
    assert "江测〔2026〕5号" in listed
    board = words(desk.get("/scoreboard/?season=2026"))
    assert "90.00" in board  # clients alone takes all the weight: 45 of 50


def test_a_correction_shows_what_it_replaces(town, desk):
    enter(MAY)
    preview = desk.get(send(desk, MAY.replace("40", "41")).url)
    assert "<del>40</del> 41" in preview.content.decode()
    assert "更正" in words(preview)
    unchanged = desk.get(send(desk, MAY).url)
    assert "没有变动" in words(unchanged)
    taken_back = desk.get(send(desk, "D1,clients,2026-05,,,,,,,,\n").url)
    assert "撤回" in words(taken_back)


def test_bad_rows_are_named_and_nothing_is_kept(town, desk):
    sent = send(desk, "D1,qr,2026-05,1,,,,,,,\nD9,clients,2026-05,1,,,,,,,\n" + MAY)
    assert sent.status_code == 422
    text = words(sent)
    assert "第 2 行: 渠道: 扫码评价由本系统逐条计数" in text
    assert "第 3 行" in text
    assert "有 2 行有误" in text
    assert not ReturnBatch.objects.exists()
    assert desk.post(IMPORT, {}).status_code == 422
    pdf = SimpleUploadedFile("x.xlsx", b"%PDF-1.7")
    assert desk.post(IMPORT, {"file": pdf}).status_code == 422


def test_whoever_confirms_an_outdated_preview_sees_the_new_one(town, desk):
    sent = send(desk, MAY)
    seen = desk.get(sent.url).context["plan"].digest
    enter(MAY.replace("40", "39"))
    answer = desk.post(sent.url, {"plan": seen})
    assert answer.status_code == 409
    assert "别人在此期间录入了有关的汇总" in words(answer)
    assert "<del>39</del> 40" in answer.content.decode()
    assert desk.post(sent.url, {"plan": answer.context["plan"].digest}).status_code == 302
    assert ChannelReturn.objects.standing(timezone.now()).get().very_satisfied == 40


def test_a_file_that_fits_no_more_is_told(town, desk):
    sent = send(desk, MAY)
    town.season.enrolments.all().delete()
    for answer in (desk.get(sent.url), desk.post(sent.url, {"plan": "x"})):
        assert answer.status_code == 409
        assert "未参加该年度评议" in words(answer)
    assert returns.rows_of(waiting())


def test_given_up_or_entered_it_waits_no_more(town, desk):
    sent = send(desk, MAY)
    assert desk.post(f"{sent.url}give-up/").status_code == 302
    assert "该文件已放弃" in words(desk.get(sent.url, follow=True))
    assert "已导入或已放弃" in words(desk.post(f"{sent.url}give-up/", follow=True))
    again = send(desk, MAY)
    plan = desk.get(again.url).context["plan"].digest
    desk.post(again.url, {"plan": plan})
    assert "五月.csv" in words(desk.get(IMPORT))
    assert "早已录入" in words(desk.post(again.url, {"plan": plan}))
    assert ChannelReturn.objects.count() == 1


def test_a_proposal_is_its_owners(town, desk):
    sent = send(desk, MAY)
    other = signed_in(town.person(Role.CASE_MANAGER))
    assert other.get(sent.url).status_code == 404
    assert other.post(f"{sent.url}give-up/").status_code == 404
    leader = signed_in(town.person(Role.LEADER))
    assert leader.get(LIST).status_code == 200
    assert leader.get(IMPORT).status_code == 403


def test_another_areas_returns_are_not_seen(town, desk):
    enter(MAY)
    elsewhere = Area.objects.create(code="440800", name="别市", level="city")
    stranger = signed_in(staff("stranger", Role.SCHEME_KEEPER, area=elsewhere))
    assert "第1局" not in words(stranger.get(LIST))
    assert send(stranger, MAY).status_code == 422
    batch = ReturnBatch.objects.get()
    assert stranger.get(f"{IMPORT}{batch.pk}/").status_code == 404


def test_the_list_filters_sorts_and_leaves_as_a_file(town, desk):
    enter(MAY + "D2,media,2026-04,1,,,,,,,报纸\n")
    later = timezone.now() - timedelta(days=1)
    again = MAY.replace("40", "44") + "D2,media,2026-04,,,,,,,,\n"
    enter(again, at=later, by=town.person(Role.SCHEME_KEEPER))

    def rows(query: str) -> list[tuple[str, int]]:
        page = desk.get(LIST + query).context["listing"].page
        return [(one.unit.code, one.very_satisfied) for one in page.object_list]

    assert rows("?state=counts") == [("D1", 44)]
    assert rows("?state=replaced&sort=channel") == [("D1", 40), ("D2", 1)]
    assert rows("?state=taken_back") == [("D2", 0)]
    assert rows("?channel=media&sort=-at") == [("D2", 0), ("D2", 1)]
    assert rows("?q=江测&sort=at") == [("D1", 40), ("D1", 44)]
    assert rows("?season=2026&q=d2&state=counts") == []
    assert rows("?area=440700&state=counts") == [("D1", 44)]
    text = b"".join(desk.get(f"{LIST}?export=csv&state=counts").streaming_content).decode()
    assert "查实差评 2,44,5,0,5,0,3,2,江测〔2026〕5号" in text
    assert "scheme_keeper的姓名" in words(desk.get(f"{LIST}?state=counts"))


def test_the_list_takes_as_many_queries_for_ten_as_for_many():
    town = city("jiangmen-2008", "public_facing", units=40)
    desk = signed_in(town.person(Role.SCHEME_KEEPER))

    def count() -> int:
        desk.get(LIST)
        with CaptureQueriesContext(connection) as caught:
            desk.get(LIST)
        return len(caught)

    enter("D1,clients,2026-05,1,,,,,,,\n")
    few = count()
    enter("".join(f"D{n},clients,2026-04,1,,,,,,,\n" for n in range(1, 41)))
    enter("".join(f"D{n},clients,2026-04,2,,,,,,,\n" for n in range(1, 41)))
    assert count() == few


def test_the_pages_speak_english(town, desk, settings):
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    preview = desk.get(send(desk, MAY).url)
    assert "Exactly the changes listed here are entered" in words(preview)
    wrong = words(send(desk, "D1,qr,2026-05,1,,,,,,,\n"))
    assert "Ratings by QR code are counted here one by one" in wrong
    enter(MAY)
    assert "People served" in words(desk.get(LIST))
