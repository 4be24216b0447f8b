"""A thousand canaries: what raters leave goes in by the real doors and turns up nowhere else.

Two hundred raters each leave a phone, a matter number, a private word, a name with an address in
their words, and another phone among these words. Others write to a board, or come in person: the
office knows what they are called and where they live, and shows neither. Cases are walked to every
end, codes and answers are sent, jobs run, every page and file is opened in every role. Then
everything that was written, shown or logged is searched.
"""

from __future__ import annotations

import io
import logging
import re
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from pingyi.audit.keys import keyring
from pingyi.casework.actions import open_missing_cases, reveal_contact
from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.models import Case
from pingyi.casework.states import State
from pingyi.clocks.calendar import city_calendar
from pingyi.demo.cases import ENDS, walk
from pingyi.jobs.registry import JOBS
from pingyi.notices import gateways
from pingyi.notices.installed import Channel
from pingyi.notices.models import TEXT, TO, InboxItem, Outgoing
from pingyi.people.actions import set_mail
from pingyi.people.permissions import may
from pingyi.people.roles import Role
from pingyi.ratings.models import Rating
from tests.casework.world import World, build
from tests.gateway.driving import Driver
from tests.staff import signed_in
from tests.web.addresses import filled, parts_of, routes

RATERS, WRITERS = 200, 20
OVERSEERS = {
    Role.SORTER,
    Role.CALLER,
    Role.CASE_MANAGER,
    Role.SCHEME_KEEPER,
    Role.INSPECTOR,
    Role.LEADER,
}
"""Who may read raters' words, numbers taken out."""

PHONE = re.compile(r"13900000\d{3}")
MATTER = re.compile(r"kanari-\d{4}", re.IGNORECASE)
WORD = re.compile(r"暗号江豚\d{4}")
NUMBER_IN_WORDS = re.compile(r"13700000\d{3}")
NAME = re.compile(r"金丝雀\d{4}")
SEALED = (PHONE, MATTER, WORD)
"""What stands in plain text nowhere at all."""
KNOWN = (re.compile(r"留雁\d{4}"), re.compile(r"鹤归路\d{4}号"))
"""Names and addresses of those who wrote or came: nobody reads them in any text."""
ALL = (*SEALED, *KNOWN, NUMBER_IN_WORDS, NAME)


def found(text: str | bytes, kinds=ALL) -> set[str]:
    """The canaries in a text, or in bytes read as UTF-8."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "ignore")
    return {hit for kind in kinds for hit in kind.findall(text)[:3]}


def left_by(n: int) -> dict[str, str]:
    return {
        "phone": f"13900{n:06}",
        "matter": f"KANARI-{n:04}",
        "private_word": f"暗号江豚{n:04}",
        "comment": f"我叫金丝雀{n:04}，住金丝雀{n:04}号，请打13700{n:06}",
    }


def known_as(n: int) -> tuple[str, str]:
    """Name and phone of somebody who wrote or came in person."""
    return f"留雁{n:04}", f"13900{500 + n:06}"


def some_write(world: World) -> None:
    """To a board whose file the office loads: the sender's name, phone and address stand apart."""
    lines = ["message_no,sender,subject,sent_at,text,reply,replied_at,unit,satisfaction"]
    for n in range(WRITERS):
        name, phone = known_as(n)
        sender = f"{name} {phone} 鹤归路{n:04}号"
        said = f"我叫{name}，住鹤归路{n:04}号，请打13700{500 + n:06}"
        lines.append(f"{n},{sender},{said},2026-05-24,{said},答{name},2026-05-25,B1-1,{n % 5 + 1}")
    browser = signed_in(world.person(Role.CASE_MANAGER, area=world.city))
    file = SimpleUploadedFile("messages.csv", "\n".join(lines).encode())
    sent = browser.post("/office/messages/import/", {"channel": "message_board", "file": file})
    browser.post(sent["Location"])
    assert CitizenMessage.objects.count() == WRITERS


def some_come_in_person(world: World) -> None:
    """And are noted down with what they are known by in the summary, which they should not be."""
    browser = signed_in(world.sorter)
    for n in range(WRITERS, 2 * WRITERS):
        name, phone = known_as(n)
        said = {"origin": "petition", "unit": "B1-1", "dated": "2026-05-24", "reply_owed": "on"}
        said |= {"name": name, "phone": phone, "summary": f"{name}来访，电话{phone}"}
        assert browser.post("/office/cases/new/", said).status_code == 302


def theirs_go_on(world: World) -> None:
    """To the unit and to a reply, two of each; the others wait."""
    for origin in ("message", "petition"):
        for case in Case.objects.filter(origin=origin, state=State.UNSORTED).order_by("pk")[:2]:
            walk(case, ENDS["replied"], hands=world.hands, at=timezone.now())


class Recorded:
    """A gateway that keeps what would have left the house."""

    tells = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, *, reference: str, to: str, text: str) -> None:
        self.sent.append((to, text))

    def fate(self, reference: str) -> gateways.Delivery:
        return gateways.Delivery.TAKEN


@pytest.fixture
def world(transactional_db) -> World:
    cache.clear()
    return build()


@pytest.fixture
def sent(monkeypatch) -> dict[Channel, Recorded]:
    """What left the house, by channel."""
    recorded = {channel: Recorded() for channel in Channel}
    monkeypatch.setattr("pingyi.notices.sending.gateways", lambda: recorded)
    return recorded


def everybody_wants_the_overview(world: World) -> None:
    for role in Role:
        user = world.person(role)
        set_mail(user=user, address=f"{role}@office.cn", digest=True, by=user, at=timezone.now())


def everybody_rates(world: World, driver: Driver) -> list[str]:
    """By the API and by the form in turn, well and badly; the receipts."""
    receipts = []
    for n in range(RATERS):
        left = left_by(n)
        level = "satisfied" if n % 4 == 3 else "dissatisfied"
        if n % 2:
            fields = left | {"level": level, "key": str(uuid.uuid4()), "call_back": "true"}
            answer = driver.form(world.code, fields)
            receipts.append((answer.header("location") or "")[3:])
        else:
            contact = {"phone": left.pop("phone"), "call_back": True}
            fields = {"point": world.code, "level": level, "key": str(uuid.uuid4())}
            answer = driver.rate({**left, **fields, "contact": contact})
            receipts.append(answer.json()["receipt"])
        assert answer.status in (201, 303), answer.body
        assert not found(answer.body + str(answer.headers).encode())
    return receipts


def some_look(driver: Driver, receipts: list[str]) -> None:
    """With the word, with a wrong one, and with a code to the phone."""
    for n, receipt in enumerate(receipts[:20]):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        for sent in (f"private_word={left_by(n)['private_word']}", "private_word=x", "send_code=1"):
            answer = driver.send("POST", f"/t/{receipt}", sent.encode(), headers=headers)
            assert answer.status in (303, 422), answer.body
            assert not found(answer.body)


def cases_go_every_way(world: World) -> None:
    at = timezone.now()
    world.hands  # noqa: B018  users are made here
    open_missing_cases(by=world.manager, at=at)
    cases = list(Case.objects.order_by("pk"))
    for case, steps in zip(cases, ENDS.values(), strict=False):
        walk(case, steps, hands=world.hands, at=at)
    for what, case in zip(("phone", "matter"), cases, strict=False):
        reveal_contact(case=case, what=what, reason="回访", by=world.caller, at=at)


def jobs_run() -> None:
    """Now, and twice on a working morning, when the day's overview goes out."""
    morning = timezone.localtime().replace(hour=9)
    while not city_calendar().is_working(morning.date()).working:
        morning += timedelta(days=1)
    morning = max(morning, timezone.now())
    for at in (timezone.now(), morning, morning):
        for job in JOBS:
            job.run(at)


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_thousand_canaries(world: World, sent: dict[Channel, Recorded], caplog, capfd):
    caplog.set_level(logging.DEBUG)
    everybody_wants_the_overview(world)
    with Driver() as driver:
        receipts = everybody_rates(world, driver)
        assert Rating.objects.count() == RATERS
        cases_go_every_way(world)
        some_write(world)
        some_come_in_person(world)
        theirs_go_on(world)
        some_look(driver, receipts)
        jobs_run()
        driver.front._journal.flush()
        journal = driver.log.getvalue()
        metrics = driver.send("GET", "/metrics").body
    sms, mail = sent[Channel.SMS].sent, sent[Channel.EMAIL].sent
    hers = {left_by(n)["phone"] for n in range(RATERS)}
    theirs = {known_as(n)[1] for n in range(2 * WRITERS)}
    assert {phone for phone, _ in sms} <= hers | theirs
    assert len(sms) > 20
    assert len(mail) > 5, "the office gets its overview"
    assert not found("".join(text for _, text in sms + mail))

    shown = dict(every_page_in_every_role(world))
    leaks = {place: hits for place, text in shown.items() if (hits := found(text))}
    allowed = {place: hits for place, hits in leaks.items() if place[0] in OVERSEERS}
    assert not {place: hits for place, hits in leaks.items() if place not in allowed}
    assert not [
        place for place in allowed if found(shown[place], (*SEALED, *KNOWN, NUMBER_IN_WORDS))
    ]
    assert allowed, "the office reads her words"
    assert not found("".join(re.findall(r'(?:href|action|src)="[^"]*"', "".join(shown.values()))))

    written = capfd.readouterr()
    assert not found(journal + metrics.decode() + caplog.text + written.out + written.err)
    assert not [one for one in receipts if one in journal + written.out + written.err]
    for table, rows in every_table():
        hits = found(rows, SEALED if table in HER_WORDS else ALL)
        assert not hits, f"{table}: {hits}"
    if connection.vendor == "sqlite":
        assert not found(connection.connection.serialize(), SEALED)
    assert not found(str([session.get_decoded() for session in Session.objects.all()]))
    assert not found(str(list(InboxItem.objects.values())))
    opened = keyring().decrypt
    for message in Outgoing.objects.all():
        reader = opened(bytes(message.to_cipher), context=TO)
        assert found(reader, (PHONE,)) or reader.endswith("@office.cn")
        assert not found(opened(bytes(message.text_cipher), context=TEXT))


HER_WORDS = {"ratings_rating", "casework_citizenmessage"}
"""Where citizens' words may stand."""


def every_page_in_every_role(world: World) -> Iterator[tuple[tuple[Role, str], str]]:
    """((role, address), what it shows), of every page and file the role may open."""
    parts = dict(parts_of(world, Case.objects.in_states(State.WITH_UNIT).order_by("pk")[0]))
    parts["office/messages/", "pk"] = str(CitizenMessage.objects.earliest("pk").pk)
    numbers = list(Case.objects.order_by("pk").values_list("number", flat=True))[: len(ENDS)]
    theirs = [one.number for one in Case.objects.filter(rating=None).order_by("-state", "pk")[:6]]
    for role in Role:
        user = world.person(role)
        browser = signed_in(user)
        looked_at = [*theirs, *(numbers if role is Role.UNIT_ADMIN else numbers[::5])]
        for route, pattern in routes():
            asks = getattr(pattern.callback, "permissions", ())
            if not any(may(user, permission) for permission in asks):
                continue
            for number in looked_at if "number" in route else [""]:
                there = filled(route, parts | {("", "number"): number})
                for query in ("", "?export=csv", "?export=xlsx") if not number else ("",):
                    yield (role, there + query), text_of(browser, there + query)


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist()[:20])
    return body.decode("utf-8", "ignore") + str(answer.headers) + str(answer.cookies)


def every_table() -> Iterator[tuple[str, bytes]]:
    """Each table with all that stands in it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            cells = (cell for row in cursor.fetchall() for cell in row)
            yield table, b"\n".join(map(_bytes, cells))


def _bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
