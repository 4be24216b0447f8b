"""More days to reply to a letter, on the pages of the unit and of the organ."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from tests.letters.world import Office, open_office
from tests.staff import signed_in
from tests.web.reading import form_ids, words

pytestmark = pytest.mark.django_db
ASKED = {"days": "3", "reason": "等待审计结果"}


@pytest.fixture
def office() -> Office:
    return open_office()


@pytest.fixture
def recipient(office: Office):
    return office.sent(at=timezone.now())


def at_office(recipient, key: str = "") -> str:
    found = f"/office/letters/{recipient.letter_id}/to/{recipient.pk}/"
    return f"{found}{key}/" if key else found


def at_unit(recipient, key: str = "") -> str:
    return f"/unit/letters/{recipient.pk}/" + (f"{key}/" if key else "")


@pytest.mark.parametrize(
    "fields", [{"days": ""}, {"days": "0"}, {"days": "8"}, {"days": "9" * 12}, {"reason": ""}]
)
def test_what_does_not_fit_comes_back_filled_in(office, recipient, fields):
    given = {**ASKED, **fields}
    for user, there in ((office.unit_admin, at_unit(recipient, "ask-time")),
                        (office.drafter, at_office(recipient, "ask-time"))):  # fmt: skip
        page = signed_in(user).post(there, given)
        assert page.status_code == 422
        assert 'class="error"' in page.content.decode()
        assert given["reason"] in page.content.decode()
        assert not recipient.clocks.get(rule="letter_reply").requests.exists()


def test_the_unit_asks_and_the_organ_agrees(office, recipient):
    unit, leader = signed_in(office.unit_admin), signed_in(office.issuer)
    page = unit.post(at_unit(recipient, "ask-time"), ASKED, follow=True)
    assert "待另一人决定" in words(page)
    assert "ask-time" not in form_ids(page)
    assert "待批延期或暂停" in words(unit.get("/unit/letters/"))
    number = recipient.letter.number
    assert number in words(leader.get("/office/letters/?late=asked"))
    assert "待批延期或暂停" in words(leader.get(f"/office/letters/{recipient.letter_id}/"))
    page = leader.get(at_office(recipient))
    assert {"grant-time", "refuse-time"} <= form_ids(page)
    assert ASKED["reason"] in page.content.decode()
    assert leader.post(at_office(recipient, "refuse-time"), {"reason": ""}).status_code == 422
    assert "已同意" in words(leader.post(at_office(recipient, "grant-time"), follow=True))
    assert recipient.clocks.get(rule="letter_reply").amount == 10
    for client, there in ((unit, at_unit(recipient)), (leader, at_office(recipient))):
        story = words(client.get(there))
        assert story.index("申请延期") < story.index("同意延期")
    assert number not in words(leader.get("/office/letters/?late=asked"))


def test_who_asked_is_told_that_another_decides(office, recipient):
    drafter = signed_in(office.drafter)
    assert drafter.post(at_office(recipient, "ask-time"), ASKED).status_code == 302
    page = drafter.get(at_office(recipient))
    assert "您是申请人" in words(page)
    assert "grant-time" not in form_ids(page)
    assert drafter.post(at_office(recipient, "grant-time")).status_code == 409


def test_in_english(office, recipient):
    unit = signed_in(office.unit_admin)
    unit.post(at_unit(recipient, "ask-time"), ASKED)
    with translation.override("en"):
        said = words(unit.get(at_unit(recipient), headers={"accept-language": "en"}))
    assert "Ask for more days" in said
    assert "Another person decides" in said
