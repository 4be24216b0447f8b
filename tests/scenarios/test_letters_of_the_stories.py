"""The letters of S2, S3, S6 and S7: written, issued and answered through the pages, day by day."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.directory.models import Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters import queries
from pingyi.letters.models import Letter, Recipient
from pingyi.letters.states import Progress
from pingyi.people.roles import Role
from tests.letters.world import Office, open_office
from tests.staff import signed_in


class Days:
    """The day the pages think it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2017, 8, 8, 9, tzinfo=SHANGHAI)
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def come(self, month: int, day: int, hour: int = 10) -> None:
        self.now = datetime(2017, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def days(monkeypatch) -> Days:
    return Days(monkeypatch)


@pytest.fixture
def office(db) -> Office:
    return open_office()


def issue(drafter: Client, issuer: Client, **form: object) -> Letter:
    """Drafted and submitted by one, issued by the other."""
    made = drafter.post("/office/letters/new/", {"wants_reply": "on", **form})
    assert made.status_code == 302, made.content.decode()[-3000:]
    assert drafter.post(f"{made.url}submit/", {"revision": 1}).status_code == 302
    assert issuer.post(f"{made.url}issue/", {"revision": 1}).status_code == 302
    return Letter.objects.get(pk=int(made.url.split("/")[-2]))


def due_day(letter: Letter) -> str:
    clock = letter.recipients.get().clocks.get(rule="letter_reply")
    return clock.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def test_s7_supervision_letter_the_day_after_the_broadcast(office, days):
    days.come(8, 8)
    letter = issue(
        signed_in(office.drafter),
        signed_in(office.issuer),
        paper=f"{office.city.pk}:supervision",
        title="关于集贸市场环境问题的督办函",
        main="B1",
        body="8月7日媒体曝光集贸市场脏乱。请查明情况，报送初步核查结果。",
    )
    assert letter.number == "武治庸督〔2017〕1号"
    assert due_day(letter) == "2017-08-17"
    recipient = letter.recipients.get()
    page = signed_in(office.unit_admin).get(f"/unit/letters/{recipient.pk}/").content.decode()
    assert "2017-08-17 23:59" in page
    days.come(8, 17, 23)
    assert not queries.overdue(office.drafter, days.now).exists()
    days.come(8, 18, 0)
    assert queries.overdue(office.drafter, days.now).get() == recipient
    assert (
        "洪山区人社局" in signed_in(office.drafter).get("/office/letters/overdue/").content.decode()
    )


def test_s3_discipline_recommendation_answered_with_a_rule(office, days):
    world = office.world
    days.come(9, 1)
    second = world.person(Role.INSPECTOR, area=world.city)
    letter = issue(
        signed_in(world.inspector),
        signed_in(second),
        paper=f"{office.inspectors.pk}:recommendation",
        title="关于加强窗口考勤管理的纪检监察建议书",
        main="洪山区人社局",
        body="你局窗口9时无人值守。\n一、健全考勤制度\n二、落实值班责任",
    )
    assert letter.number == "洪纪建〔2017〕1号"
    recipient = letter.recipients.get()
    there = f"/unit/letters/{recipient.pk}/"
    days.come(9, 5)
    unit = signed_in(office.unit_admin)
    reply = {"text": "已制定《窗口考勤管理办法》，自9月起执行。"}
    assert unit.post(f"{there}reply/", reply).url == there
    judged = f"/office/letters/{letter.pk}/to/{recipient.pk}/"
    inspector = signed_in(world.inspector)
    assert "窗口考勤管理办法" in inspector.get(judged).content.decode()
    assert inspector.post(f"{judged}accept/").status_code == 302
    assert queries.progress(Recipient.objects.get()) is Progress.ACCEPTED


def test_s6_suggestion_letter_answered_within_its_own_deadline(office, days):
    commission = Unit.objects.create(
        code="WJW", name="市卫生健康委员会", group="offices", area=office.world.city
    )
    head = office.world.person(Role.UNIT_ADMIN, unit=commission)
    days.come(10, 25)
    letter = issue(
        signed_in(office.drafter),
        signed_in(office.issuer),
        paper=f"{office.city.pk}:suggestion",
        title="关于解决社区卫生服务中心疫苗接种排队问题的工作建议函",
        main="市卫生健康委员会，10",
        body="9月25日以来，群众集中反映接种人手不足、疫苗短缺、排队过长。",
    )
    assert due_day(letter) == "2017-11-08"
    recipient = letter.recipients.get()
    days.come(11, 8)
    text = "新增接种点，推行预约，配备叫号机；对32人问责：诫勉谈话8人，批评教育24人。"
    sent = signed_in(head).post(f"/unit/letters/{recipient.pk}/reply/", {"text": text})
    assert sent.status_code == 302
    clock = recipient.clocks.get(rule="letter_reply")
    assert not clock.is_late(days.now)
    there = f"/office/letters/{letter.pk}/to/{recipient.pk}/"
    page = signed_in(office.drafter).get(there).content.decode()
    assert "对32人问责" in page
    assert "按时" in page


def test_s2_one_circular_to_every_unit(office, days):
    days.come(12, 1)
    drafter, issuer = signed_in(office.drafter), signed_in(office.issuer)
    made = drafter.post(
        "/office/letters/new/",
        {
            "paper": f"{office.city.pk}:circular",
            "title": "关于一起私设收款码案件的通报",
            "group": "*",
            "salutation": "各参评单位",
            "body": "现将有关情况通报如下。各单位要举一反三。",
        },
    )
    drafter.post(f"{made.url}submit/", {"revision": 1})
    issuer.post(f"{made.url}issue/", {"revision": 1})
    letter = Letter.objects.get()
    assert letter.number == "武治庸通〔2017〕1号"
    assert letter.recipients.count() == Unit.objects.count() == 3
    assert not Recipient.objects.waiting().exists(), "a circular asks for no reply"
    recipient = letter.recipients.get(unit=office.world.bureau)
    page = signed_in(office.unit_admin).get(f"/unit/letters/{recipient.pk}/").content.decode()
    assert "各参评单位：" in page
    acknowledged = signed_in(office.unit_admin).post(f"/unit/letters/{recipient.pk}/acknowledge/")
    assert acknowledged.status_code == 302
