"""A unit's letters: it acknowledges, replies with files, and sees nobody else's."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi.letters.models import LetterReply, Recipient
from pingyi.people.roles import Role
from tests.casework.world import AT
from tests.files.uploads import pdf
from tests.staff import signed_in


def test_acknowledged_and_replied_to_with_files(office):
    recipient = office.sent()
    there = f"/unit/letters/{recipient.pk}/"
    unit = signed_in(office.unit_admin)
    assert unit.get(f"/letter/{recipient.letter_id}/").url == there
    listed = unit.get("/unit/letters/").content.decode()
    assert recipient.letter.number in listed
    assert '<span class="count">1</span>' in listed
    page = unit.get(there).content.decode()
    assert "待签收" in page
    assert recipient.letter.organ.name in page
    assert unit.post(f"{there}acknowledge/").status_code == 302
    assert unit.post(f"{there}acknowledge/").status_code == 409
    sent = {"text": "已增设窗口。", "uploads": [SimpleUploadedFile("a.pdf", pdf())]}
    assert unit.post(f"{there}reply/", {"text": ""}).status_code == 422
    assert unit.post(f"{there}reply/", sent).status_code == 302
    reply = LetterReply.objects.get()
    assert reply.files.count() == 1
    page = unit.get(there).content.decode()
    assert "已增设窗口。" in page
    assert "a.pdf" in page
    assert (
        '<span class="count">' not in unit.get("/unit/letters/").content.decode().split("</nav>")[0]
    )
    address = f"/letter-files/{reply.files.get().file_id}/"
    assert unit.get(address).status_code == 200
    assert signed_in(office.drafter).get(address).status_code == 200
    assert signed_in(office.world.manager).get(address).status_code == 404
    assert unit.get(f"{there}docx/").content[:2] == b"PK"


def test_a_refused_file_loses_no_words(office):
    recipient = office.sent()
    bad = {"text": "答复全文", "uploads": [SimpleUploadedFile("a.exe", b"MZ")]}
    answer = signed_in(office.unit_admin).post(f"/unit/letters/{recipient.pk}/reply/", bad)
    assert answer.status_code == 422
    assert "答复全文" in answer.content.decode()
    assert not LetterReply.objects.exists()


def test_nobody_elses_letters(office):
    recipient = office.sent()
    other = signed_in(office.world.person(Role.UNIT_ADMIN, unit=office.world.other_unit))
    there = f"/unit/letters/{recipient.pk}/"
    assert other.get(there).status_code == 404
    assert other.get(f"{there}docx/").status_code == 404
    assert other.post(f"{there}reply/", {"text": "x"}).status_code == 404
    assert other.get(f"/letter/{recipient.letter_id}/").status_code == 404
    drafted = office.draft()
    assert signed_in(office.unit_admin).get(f"/letter/{drafted.pk}/").status_code == 404


def test_of_many_recipients_each_sees_itself_alone(office):
    world = office.world
    letter = office.issued(world.bureau, world.other_unit, salutation="各参评单位", at=AT)
    mine = Recipient.objects.get(letter=letter, unit=world.bureau)
    page = signed_in(office.unit_admin).get(f"/unit/letters/{mine.pk}/").content.decode()
    assert "各参评单位：" in page
    assert world.other_unit.name not in page
