"""Evidence on cases: sent with a form, listed and had by whoever may see it, and by nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.audit.queries import reads_of
from pingyi.casework.actions import (
    dispatch_case,
    note_check,
    note_investigation,
    recall_dispatch,
    refer_case,
    report_findings,
)
from pingyi.casework.file_models import CaseFile
from pingyi.casework.models import Case
from pingyi.demo.cases import walk
from pingyi.files import vault
from pingyi.files.models import StoredFile
from pingyi.people.roles import Role
from tests.casework.world import World, after
from tests.files.uploads import pdf, picture, upload
from tests.staff import signed_in
from tests.web.reading import form_values, words

ANSWER = {"account": "one clerk on duty", "measures": "a second one since Monday"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")


def address(desk: str, case: Case, name: str) -> str:
    found = CaseFile.objects.get(case=case, file__name=name)
    where = f"/{desk}/" if desk == "inspectors" else f"/{desk}/cases/"
    return f"{where}{case.number}/files/{found.pk}/"


def get(user, desk: str, case: Case, name: str) -> int:
    return signed_in(user).get(address(desk, case, name)).status_code


@pytest.fixture
def full(world: World) -> Case:
    """A case with evidence of every kind of hand: check, dispatch, answer, note and report."""
    case = world.case("to_place")
    one = [upload("check.pdf", pdf())]
    note_check(case=case, note="seen", uploads=one, by=world.manager, at=after(hours=5))
    dispatch_case(
        case=case,
        words="please look",
        uploads=[upload("given.pdf", pdf())],
        by=world.manager,
        at=after(hours=6),
    )
    sent = signed_in(world.unit_admin).post(
        f"/unit/cases/{case.number}/answer/",
        ANSWER | {"uploads": [upload("rota.jpg", picture()), upload("rules.pdf", pdf())]},
    )
    assert sent.status_code == 302, words(sent)
    case.refresh_from_db()
    refer_case(case=case, reason="conduct", by=world.manager, at=after(hours=8))
    note_investigation(
        case=case,
        note="heard two",
        uploads=[upload("hearing.pdf", pdf())],
        by=world.inspector,
        at=after(hours=9),
    )
    report_findings(
        case=case,
        account="it is so",
        uploads=[upload("report.pdf", pdf())],
        by=world.inspector,
        at=after(hours=10),
    )
    return case


ALL = ("check.pdf", "given.pdf", "rota.jpg", "rules.pdf", "hearing.pdf", "report.pdf")
HEARING = "hearing.pdf"


def test_each_desk_lists_and_gives_what_it_may_see(world, full):
    seen = {
        "office": set(ALL) - {HEARING},
        "inspectors": set(ALL),
        "unit": {"given.pdf", "rota.jpg", "rules.pdf"},
    }
    users = {"office": world.manager, "inspectors": world.inspector, "unit": world.unit_admin}
    pages = {"office": "office/cases", "inspectors": "inspectors", "unit": "unit/cases"}
    for desk, may in seen.items():
        browser = signed_in(users[desk])
        page = words(browser.get(f"/{pages[desk]}/{full.number}/"))
        for name in ALL:
            assert (name in page) == (name in may), (desk, name)
            code = browser.get(address(desk, full, name)).status_code
            assert code == (200 if name in may else 404), (desk, name)


def test_the_story_names_them_where_they_were_sent(world, full):
    page = words(signed_in(world.manager).get(f"/office/cases/{full.number}/"))
    assert "附件：check.pdf" in page
    assert "附件：rota.jpg、rules.pdf" in page
    assert HEARING not in page
    mine = words(signed_in(world.unit_admin).get(f"/unit/cases/{full.number}/"))
    assert "附件：rota.jpg、rules.pdf" in mine
    assert "check.pdf" not in mine


@pytest.mark.parametrize("role", list(Role))
def test_another_district_or_unit_has_none_of_them(world, full, role):
    stranger = (
        world.person(role, unit=world.other_unit)
        if role is Role.UNIT_ADMIN
        else world.person(role, area=world.elsewhere)
    )
    for desk in ("office", "inspectors", "unit"):
        for name in ALL:
            assert get(stranger, desk, full, name) in (403, 404), (desk, name)


def test_a_file_of_one_case_is_not_had_through_another(world, full):
    other = world.case("with_unit")
    path = address("unit", full, "rota.jpg").replace(full.number, other.number)
    assert signed_in(world.unit_admin).get(path).status_code == 404
    assert signed_in(world.unit_admin).get("/unit/cases/x/files/1/").status_code == 404
    huge = address("unit", full, "rota.jpg").rsplit("/", 2)[0] + "/" + "9" * 30 + "/"
    assert signed_in(world.unit_admin).get(huge).status_code == 404


def test_it_comes_to_be_saved_and_the_look_is_noted(world, full):
    answer = signed_in(world.manager).get(address("office", full, "rota.jpg"))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'attachment; filename="rota.jpg"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not reads_of(full).exists(), "no look at her contact"
    look = reads_of(CaseFile.objects.get(case=full, file__name="rota.jpg")).get()
    assert (look.reader, look.what) == (world.manager.username, "file")
    assert "rota" not in look.reason


def test_an_embargo_hides_all_but_what_the_unit_had_from_all_but_the_inspectors(world):
    case = world.case("with_unit")
    sheet = {"uploads": [upload("rota.jpg", picture())]}
    signed_in(world.unit_admin).post(f"/unit/cases/{case.number}/answer/", ANSWER | sheet)
    case.refresh_from_db()
    refer_case(case=case, reason="money", lead=True, by=world.manager, at=after(days=1))
    assert get(world.unit_admin, "unit", case, "rota.jpg") == 200
    assert get(world.manager, "office", case, "rota.jpg") == 404
    assert get(world.person(Role.LEADER), "office", case, "rota.jpg") == 404
    assert get(world.inspector, "inspectors", case, "rota.jpg") == 200
    page = signed_in(world.inspector).post(
        f"/inspectors/{case.number}/conclude/",
        {
            "finding": "verified",
            "kind": "conduct",
            "account": "so it is",
            "uploads": [upload("proof.pdf", pdf())],
        },
    )
    assert page.status_code == 302, words(page)
    assert get(world.inspector, "inspectors", case, "proof.pdf") == 200
    assert get(world.manager, "office", case, "proof.pdf") == 404
    case.refresh_from_db()
    walk(case, ["release"], hands=world.hands, at=after(days=2))
    assert get(world.manager, "office", case, "proof.pdf") == 200
    assert get(world.unit_admin, "unit", case, "proof.pdf") == 404


def test_what_was_recalled_takes_its_files_along_and_the_next_unit_sees_its_own_alone(world):
    case = world.case("to_place")
    given = [upload("given.pdf", pdf())]
    dispatch_case(case=case, words="look", uploads=given, by=world.manager, at=after(hours=6))
    recall_dispatch(case=case, reason="to the bureau", by=world.manager, at=after(hours=7))
    assert get(world.unit_admin, "unit", case, "given.pdf") == 404
    more = [upload("for bureau.pdf", pdf())]
    dispatch_case(
        case=case,
        words="look",
        unit=world.bureau,
        uploads=more,
        by=world.manager,
        at=after(hours=8),
    )
    bureau = world.person(Role.UNIT_ADMIN, unit=world.bureau)
    assert get(bureau, "unit", case, "for bureau.pdf") == 200
    assert get(bureau, "unit", case, "given.pdf") == 404


class TestTheForm:
    def test_a_refused_file_keeps_the_words_and_says_what_to_choose_again(self, world):
        case = world.case("with_unit")
        sent = ANSWER | {
            "uploads": [upload("good.pdf", pdf()), upload("bad.html", b"<script>x</script>")]
        }
        page = signed_in(world.unit_admin).post(f"/unit/cases/{case.number}/answer/", sent)
        assert page.status_code == 422
        assert form_values(page, "answer")["account"] == ANSWER["account"]
        text = words(page)
        assert "bad.html：只收图片" in text
        assert "请重新选择文件：good.pdf、bad.html" in text
        assert 'id="answer-uploads_error"' in page.content.decode()
        assert 'enctype="multipart/form-data"' in page.content.decode()
        assert not StoredFile.objects.exists()
        assert not case.answers.exists()

    def test_a_missing_word_says_that_the_good_file_must_be_chosen_again(self, world):
        case = world.case("with_unit")
        sent = {"account": "", "measures": "x", "uploads": [upload("good.pdf", pdf())]}
        page = signed_in(world.unit_admin).post(f"/unit/cases/{case.number}/answer/", sent)
        assert page.status_code == 422
        assert "请重新选择文件：good.pdf" in words(page)
        assert not StoredFile.objects.exists()

    def test_who_comes_second_stores_nothing(self, world):
        case = world.case("with_unit")
        for n, code in ((1, 302), (2, 409)):
            sent = ANSWER | {"uploads": [upload(f"{n}.pdf", pdf())]}
            page = signed_in(world.unit_admin).post(f"/unit/cases/{case.number}/answer/", sent)
            assert page.status_code == code
        assert [file.name for file in StoredFile.objects.all()] == ["1.pdf"]

    def test_too_many_at_once(self, world):
        case = world.case("with_unit")
        sent = ANSWER | {"uploads": [upload(f"{n}.pdf", pdf()) for n in range(11)]}
        page = signed_in(world.unit_admin).post(f"/unit/cases/{case.number}/answer/", sent)
        assert page.status_code == 422
        assert "一次最多传 10 个文件" in words(page)

    def test_a_hostile_name_is_harmless_wherever_it_shows(self, world):
        case = world.case("with_unit")
        odd = upload("<img src=x onerror=alert(1)>.pdf", pdf())
        browser = signed_in(world.unit_admin)
        browser.post(f"/unit/cases/{case.number}/answer/", ANSWER | {"uploads": [odd]})
        page = browser.get(f"/unit/cases/{case.number}/").content.decode()
        assert "<img" not in page
        assert "onerror=alert(1)" in page
        bad = upload('"><script>alert(1)</script>.html', b"<p>")
        again = browser.post(f"/unit/cases/{case.number}/answer/", {"uploads": [bad]})
        assert "<script>alert" not in again.content.decode()


def test_a_page_with_many_files_takes_no_more_queries(world):
    case = world.case("to_place")

    def asked() -> int:
        browser = signed_in(world.manager)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(f"/office/cases/{case.number}/").status_code == 200
        return len(caught)

    def send(count: int) -> None:
        files = [upload(f"{n}.pdf", pdf()) for n in range(count)]
        note_check(case=case, note="seen", uploads=files, by=world.manager, at=after(hours=5))

    send(2)
    few = asked()
    send(40)
    assert asked() == few


def test_a_lost_file_is_told_as_not_there(world, full):
    for path in vault.folder().rglob("*"):
        if path.is_file():
            path.unlink()
    assert get(world.manager, "office", full, "rota.jpg") == 404
