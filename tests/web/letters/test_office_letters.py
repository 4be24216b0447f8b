"""The office's letters through their pages: draft, submit, issue, follow up."""

from __future__ import annotations

import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.audit.queries import reads_of
from pingyi.casework import actions as case_actions
from pingyi.directory.models import Unit
from pingyi.letters import actions
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Letter, LetterClock, Recipient
from pingyi.letters.states import Kind
from pingyi.people.roles import Role
from tests.casework.world import AT, COMMENT, PHONE
from tests.files.uploads import pdf
from tests.letters.world import BODY
from tests.staff import signed_in
from tests.web.reading import form_values, reader, untranslated


def filled(office, **changed):
    return {
        "paper": f"{office.city.pk}:suggestion",
        "title": "关于改进窗口服务的工作建议函",
        "main": "洪山区人社局，10\nX1",
        "copies": "洪山区劳动监察大队",
        "body": BODY,
        "wants_reply": "on",
    } | changed


def test_drafted_submitted_and_issued_by_another(office):
    drafter, issuer = signed_in(office.drafter), signed_in(office.issuer)
    page = drafter.get("/office/letters/new/").content.decode()
    assert "武治庸函〔2026〕" in page or "武治庸函〔" in page
    made = drafter.post("/office/letters/new/", filled(office))
    letter = Letter.objects.get()
    assert made.url == f"/office/letters/{letter.pk}/"
    found = [(r.unit.code, r.part, r.days) for r in letter.recipients.all()]
    assert found == [("B1", "main", 10), ("X1", "main", None), ("B1-1", "copy", None)]
    page = drafter.get(made.url).content.decode()
    assert "武治庸函〔    〕    号" in page
    assert f"/office/letters/{letter.pk}/edit/" in page
    drafter.post(f"{made.url}submit/", {"revision": letter.revision})
    page = drafter.get(made.url).content.decode()
    assert "待有权签发的人签发" in page or "不能签发" in page
    refused = drafter.post(f"{made.url}issue/", {"revision": letter.revision})
    assert refused.status_code == 409
    assert "须由他人签发" in refused.content.decode()
    assert issuer.post(f"{made.url}issue/", {"revision": 1}).status_code == 302
    letter.refresh_from_db()
    assert letter.state == "issued"
    page = issuer.get(made.url).content.decode()
    assert letter.number in page
    assert LetterClock.objects.filter(rule="letter_reply").count() == 2
    assert LetterClock.objects.filter(rule="letter_acknowledge").count() == 3


def test_a_form_that_comes_back_is_filled_in_and_names_each_bad_line(office):
    drafter = signed_in(office.drafter)
    sent = filled(office, main="洪山区人社局\n没有这个局\nX1，999", title="")
    answer = drafter.post("/office/letters/new/", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "第 2 行：目录中没有“没有这个局”" in page
    assert "第 3 行：期限应为 1 至 250 个工作日" in page
    values = form_values(answer, "letter")
    assert values["main"].splitlines() == sent["main"].splitlines()
    assert values["body"].splitlines() == BODY.splitlines()
    assert not Letter.objects.exists()


def test_a_whole_group(office):
    drafter = signed_in(office.drafter)
    form = filled(office, main="", copies="", group="offices", paper=f"{office.city.pk}:circular")
    del form["wants_reply"]
    drafter.post("/office/letters/new/", form)
    names = Recipient.objects.values_list("unit__code", flat=True)
    assert set(names) == set(Unit.objects.filter(group="offices").values_list("code", flat=True))


def test_two_with_the_same_name_need_a_code(office):
    Unit.objects.create(code="B9", name="洪山区人社局", group="offices", area=office.world.city)
    answer = signed_in(office.drafter).post("/office/letters/new/", filled(office, copies=""))
    assert "有多个“洪山区人社局”，请写编码" in answer.content.decode()


def test_written_anew_over_the_wording_one_has_read(office):
    letter = office.draft()
    drafter, path = signed_in(office.drafter), f"/office/letters/{letter.pk}/edit/"
    page = drafter.get(path)
    assert form_values(page, "letter")["main"] == "B1"
    form = filled(office, title="新标题", revision=1)
    assert drafter.post(path, form).status_code == 302
    letter.refresh_from_db()
    assert (letter.title, letter.revision) == ("新标题", 2)
    stale = drafter.post(path, form | {"title": "旧的"})
    assert stale.status_code == 409
    assert "刚刚已由他人改动" in stale.content.decode()
    assert drafter.post(path, {"title": "x"}).status_code == 422


def test_files_go_out_with_it_and_only_to_its_readers(office):
    drafter = signed_in(office.drafter)
    form = filled(office, copies="", main="B1") | {"uploads": SimpleUploadedFile("表.pdf", pdf())}
    drafter.post("/office/letters/new/", form)
    letter = Letter.objects.get()
    file = letter.files.get().file
    address = f"/letter-files/{file.pk}/"
    unit = signed_in(office.unit_admin)
    assert unit.get(address).status_code == 404, "not before it is issued"
    actions.submit_letter(letter=letter, by=office.drafter, at=AT)
    actions.issue_letter(letter=letter, by=office.issuer, at=AT)
    assert unit.get(address).status_code == 200
    (look,) = reads_of(letter)
    assert (look.reader, look.what) == (office.unit_admin.username, "file")
    stranger = office.world.person(Role.UNIT_ADMIN, unit=office.world.other_unit)
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(office.world.manager).get(address).status_code == 404, "the district's"


def test_a_file_is_taken_off_a_draft(office):
    drafter = signed_in(office.drafter)
    form = filled(office) | {"uploads": SimpleUploadedFile("表.pdf", pdf())}
    drafter.post("/office/letters/new/", form)
    letter = Letter.objects.get()
    keys = [str(letter.files.get().file_id)]
    path = f"/office/letters/{letter.pk}/edit/"
    drafter.post(path, filled(office, revision=1, remove=keys))
    assert not letter.files.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "main",
    ["x" + " " * 390_000 + "x", "x," * 190_000, "\n".join(map(str, range(60_000)))],
    ids=["blanks", "commas", "lines"],
)
def test_a_list_of_units_of_any_shape_is_answered_in_time(office, main):
    started = time.monotonic()
    answer = signed_in(office.drafter).post("/office/letters/new/", filled(office, main=main))
    assert answer.status_code == 422
    assert time.monotonic() - started < 20


def test_what_a_paper_cannot_hold_is_left_out_of_it(office):
    drafter = signed_in(office.drafter)
    drafter.post("/office/letters/new/", filled(office, body="一\ufffe二\uffff三"))
    letter = Letter.objects.get()
    assert letter.body == "一二三"
    assert drafter.get(f"/office/letters/{letter.pk}/docx/").content[:2] == b"PK"


def test_the_paper_is_a_download_named_by_its_number(office):
    letter = office.issued()
    answer = signed_in(office.issuer).get(f"/office/letters/{letter.pk}/docx/")
    assert answer.content[:2] == b"PK"
    assert "%E3%80%942026%E3%80%951%E5%8F%B7.docx" in answer["Content-Disposition"]


def test_a_reply_is_sent_back_and_accepted(office):
    recipient = office.sent()
    there = f"/office/letters/{recipient.letter_id}/to/{recipient.pk}/"
    drafter = signed_in(office.drafter)
    assert "单位还没有签收" in drafter.get(there).content.decode()
    actions.reply_to_letter(recipient=recipient, text="已办理", by=office.unit_admin, at=AT)
    assert "已办理" in drafter.get(there).content.decode()
    assert (
        "已办理"
        in drafter.get(
            f"/letter/{recipient.letter_id}/{recipient.pk}/", follow=True
        ).content.decode()
    )
    assert recipient.unit.name in drafter.get("/office/letters/replies/").content.decode()
    assert drafter.post(f"{there}return/", {"reason": ""}).status_code == 422
    assert drafter.post(f"{there}return/", {"reason": "没有措施", "days": "3"}).status_code == 302
    assert drafter.post(f"{there}accept/").status_code == 409
    actions.reply_to_letter(recipient=recipient, text="补报", by=office.unit_admin, at=AT)
    assert drafter.post(f"{there}accept/").status_code == 302
    assert "答复已采纳" in drafter.get(there).content.decode()


def test_overdue_ones_are_reminded_all_at_once_and_once_a_day(office):
    from datetime import UTC, datetime

    long_ago = datetime(2026, 1, 5, 2, tzinfo=UTC)
    office.sent(at=long_ago)
    office.sent(at=long_ago, addressees=[Addressee(office.world.bureau, days=200)])
    drafter = signed_in(office.drafter)
    page = drafter.get("/office/letters/overdue/").content.decode()
    assert "超期" in page
    late = Recipient.objects.late(datetime.now(UTC)).count()
    drafter.post("/office/letters/overdue/remind/")
    assert office.unit_admin.inbox.filter(text__startswith="催办").count() == late >= 1
    drafter.post("/office/letters/overdue/remind/")
    assert office.unit_admin.inbox.filter(text__startswith="催办").count() == late


def test_inspectors_send_recommendations_from_their_desk(office):
    inspector = signed_in(office.world.inspector)
    page = inspector.get("/office/letters/new/").content.decode()
    assert "洪纪建" in page
    assert "洪治庸函" not in page
    form = filled(office, paper=f"{office.inspectors.pk}:recommendation", main="B1", copies="")
    made = inspector.post("/office/letters/new/", form)
    letter = Letter.objects.get()
    inspector.post(f"{made.url}submit/", {"revision": 1})
    assert inspector.post(f"{made.url}issue/", {"revision": 1}).status_code == 409
    second = office.world.person(Role.INSPECTOR, area=office.world.city)
    assert signed_in(second).post(f"{made.url}issue/", {"revision": 1}).status_code == 302
    letter.refresh_from_db()
    assert letter.number == f"洪纪建〔{letter.year}〕1号"
    assert signed_in(office.issuer).get(made.url).status_code == 404


def test_organs_are_kept_by_the_system_administrator(office):
    keeper = signed_in(office.world.person(Role.SYSTEM_ADMIN, area=office.world.city))
    form = {
        "name": "武昌区治庸办",
        "area": office.world.elsewhere.pk,
        "desk": "office",
        "suggestion": "昌治庸函",
        "circular": "武治庸通",
    }
    taken = keeper.post("/office/letters/organs/add/", form)
    assert "该代字已由其他机关使用" in taken.content.decode()
    assert keeper.post("/office/letters/organs/add/", form | {"circular": ""}).status_code == 302
    assert "武昌区治庸办" in keeper.get("/office/letters/organs/").content.decode()
    there = f"/office/letters/organs/{office.city.pk}/"
    assert keeper.post(f"{there}start/", {"series": "武治庸函", "last": "36"}).status_code == 302
    assert office.issued(at=AT.replace(year=_this_year())).serial == 37
    edited = {"name": "武汉市治庸办", "signature": "", "suggestion": "武治庸函"}
    assert keeper.post(there, edited).status_code == 302


def _this_year() -> int:
    from django.utils.timezone import localdate

    return localdate().year


@pytest.mark.parametrize(
    ("path", "many"),
    [
        ("/office/letters/", True),
        ("/office/letters/?late=yes&sort=number", True),
        ("/office/letters/overdue/", True),
        ("/office/letters/replies/", True),
        ("/office/letters/{letter}/", False),
        ("/office/letters/{letter}/?export=csv", False),
    ],
)
def test_queries_do_not_grow_with_rows(office, path, many):
    first = _many_letters(office, 10)
    few = _queries(office, path.format(letter=first.pk))
    _many_letters(office, 190)
    more = _queries(office, path.format(letter=first.pk))
    assert more <= few < 30, (few, more)


def _many_letters(office, count: int) -> Letter:
    """Letters overdue and replied to, written straight into the tables."""
    from datetime import timedelta

    from pingyi.letters.models import LetterReply

    start = Letter.objects.count()
    letters = Letter.objects.bulk_create(
        Letter(
            organ=office.city,
            kind=Kind.SUGGESTION.value,
            state="issued",
            title=f"标题{start + n}",
            body="x",
            number=f"武治庸函〔2026〕{start + n + 1}号",
            year=2026,
            serial=start + n + 1,
            date=AT.date(),
            drafted_at=AT,
            drafted_by=office.drafter.username,
            issued_at=AT,
            issued_by=office.issuer.username,
        )
        for n in range(count)
    )
    for unit in (office.world.bureau, office.world.other_unit):
        rows = Recipient.objects.bulk_create(
            Recipient(letter=letter, unit=unit, part="main") for letter in letters
        )
        if unit == office.world.bureau:
            LetterClock.objects.bulk_create(
                LetterClock(
                    recipient=row, rule="letter_reply", amount=7, unit="working_days",
                    started_at=AT, due_at=AT + timedelta(days=9),
                )
                for row in rows
            )  # fmt: skip
        else:
            LetterReply.objects.bulk_create(
                LetterReply(recipient=row, text="x", at=AT, by="unit") for row in rows
            )
    return letters[0]


def _queries(office, path: str) -> int:
    browser = signed_in(office.drafter)
    with CaptureQueriesContext(connection) as caught:
        answer = browser.get(path)
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer)
    return len(caught)


def test_in_english_nothing_is_left_in_chinese_but_the_citys_own_words(office):
    from pingyi.letters.models import Organ, Series

    world = office.world
    Unit.objects.update(name="Unit")
    type(world.city).objects.update(name="Area")
    Series.objects.update(prefix="P")
    for organ in Organ.objects.all():
        Organ.objects.filter(pk=organ.pk).update(name=f"Organ {organ.pk}", signature="S")
    recipient = office.sent(title="Title", body="Text")
    drafter = reader(office.drafter, "en")
    keeper = reader(world.person(Role.SYSTEM_ADMIN, area=world.city), "en")
    letter = recipient.letter
    pages = [
        drafter.get("/office/letters/"),
        drafter.get("/office/letters/new/"),
        drafter.post("/office/letters/new/", {"main": "nowhere"}),
        drafter.get("/office/letters/overdue/"),
        drafter.get("/office/letters/replies/"),
        drafter.get(f"/office/letters/{letter.pk}/to/{recipient.pk}/"),
        keeper.get("/office/letters/organs/"),
        keeper.get(f"/office/letters/organs/{office.city.pk}/"),
        drafter.get("/desk/"),
    ]
    assert [_left(page) for page in pages] == [[]] * len(pages)
    # The paper itself is in Chinese for everybody.
    page = drafter.get(f"/office/letters/{letter.pk}/")
    page.content = re.sub(r"(?s)<article.*?</article>", "", page.content.decode()).encode()
    assert _left(page) == []


def _left(page) -> list[str]:
    """Chinese left on the page, but for the number's own 号."""
    return [word for word in untranslated(page) if word != "号"]


def test_a_reason_that_names_the_rater_comes_back_in_its_form(office):
    world = office.world
    letter = case_actions.draft_case_letter(
        case=world.case("to_place"),
        organ=office.district,
        kind=Kind.SUPERVISION,
        title="督办函",
        body="请查明。",
        addressees=[Addressee(world.brigade)],
        by=world.manager,
        at=AT,
    )
    actions.submit_letter(letter=letter, by=world.manager, at=AT)
    leader = world.person(Role.LEADER)
    actions.issue_letter(letter=letter, by=leader, at=AT)
    browser, page = signed_in(leader), f"/office/letters/{letter.pk}/"
    sent = {"revision": letter.revision, "reason": f"{PHONE}已撤诉"}
    refused = browser.post(f"{page}withdraw/", sent)
    assert refused.status_code == 422
    assert "文字中有电话或证件号码" in refused.content.decode()
    assert f"{PHONE}已撤诉" in refused.content.decode(), "what was written comes back"
    actions.reply_to_letter(
        recipient=letter.recipients.get(), text="已改", by=world.unit_admin, at=AT
    )
    back = f"{page}to/{letter.recipients.get().pk}/return/"
    refused = signed_in(world.manager).post(back, {"reason": COMMENT})
    assert refused.status_code == 422
    assert "照抄了评价人原话" in refused.content.decode()
