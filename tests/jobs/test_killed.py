"""Every job run twice, and killed after each of its commits in turn, does nothing twice."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.transaction import Atomic

from pingyi.accountability import actions as accountability
from pingyi.accountability.actions.duties import Proposal
from pingyi.accountability.ladders import propose_from_facts
from pingyi.accountability.terms import On
from pingyi.audit.actions import SYSTEM, log_read
from pingyi.casework.actions import dispatch_case, open_case_by_hand
from pingyi.casework.models import Case
from pingyi.casework.search_models import CaseWords
from pingyi.clocks.models import CalendarDay
from pingyi.directory.models import Enrolment, Season
from pingyi.files import vault
from pingyi.files.actions import store_file
from pingyi.jobs.registry import JOBS, Job
from pingyi.notices.gateways import Delivery
from pingyi.notices.installed import Channel
from pingyi.notices.models import InboxItem
from pingyi.people.actions import set_mail
from pingyi.people.roles import Role
from pingyi.privacy import requests
from pingyi.privacy.models import RequestKind
from pingyi.publication.terms import Kind
from pingyi.ratings import opening
from pingyi.ratings.models import Contact
from pingyi.supervision.actions import rectification
from tests.casework.world import AT, World
from tests.files.uploads import pdf, upload
from tests.letters.world import open_office
from tests.publication.conftest import Town

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=43, hours=1)
"""A Tuesday morning: much is overdue, replies are long unjudged."""
MOST = 12
"""Commits after which a job is killed; what comes later is more of the same."""
TOLD_AGAIN = {"send-messages", "sweep-files"}
"""Another try at sending, or at sweeping, is told in another event, and sealed."""


class Killed(BaseException):
    """The process is gone: nothing catches it and nothing more is done."""


class Post:
    """A gateway that knows by reference what it took."""

    tells = True

    def __init__(self) -> None:
        self.took: list[str] = []

    def send(self, *, reference: str, to: str, text: str) -> None:
        self.took.append(reference)

    def fate(self, reference: str) -> Delivery:
        return Delivery.TAKEN if reference in self.took else Delivery.NEVER_SEEN


@pytest.fixture
def post(monkeypatch) -> Post:
    found = Post()
    ways = dict.fromkeys(Channel, found)
    monkeypatch.setattr("pingyi.notices.sending.gateways", lambda: ways)
    monkeypatch.setattr("pingyi.casework.digests.gateways", lambda: ways)
    return found


@pytest.fixture
def busy(db, tmp_path, monkeypatch) -> World:
    """A city in which every job has several things to do."""
    cache.clear()
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")
    office = open_office()
    world = office.world
    for role in Role:
        user = world.person(role)
        set_mail(user=user, address=f"{role}@office.cn", digest=True, by=user, at=AT)
    for end in ("unsorted", "replied", "replied", "with_unit", "appealed", "sealed", "to_decide"):
        world.case(end)
    _phones_erased(world)
    _somebody_pries(world)
    _codes_wanted(world)
    for _once in range(2):
        office.sent(at=AT)
        _item(world)
    for minute in range(7):
        world.rate(at=LATER - timedelta(minutes=minute))
    CaseWords.objects.filter(case__in=Case.objects.order_by("pk")[:2]).delete()
    _bulletins(world)
    _duties(world)
    _contents_without_a_row()
    _long_running(world)
    CalendarDay.objects.create(date=LATER.date() + timedelta(days=1), working=False)
    return world


def _bulletins(world: World) -> None:
    """Two are out in which the brigade is the last of two."""
    Enrolment.objects.create(season=world.season, unit=world.brigade, group="stations")
    town = Town(world)
    other = town.station("S2")
    for day in (AT.date(), date(2026, 7, 1)):
        town.rated(other, day, good=20)
    world.case("verified")
    world.case("verified", rating=world.rate(at=AT + timedelta(days=29)))
    for kind, through in ((Kind.MONTHLY, date(2026, 6, 30)), (Kind.WEEKLY, date(2026, 7, 5))):
        town.release(LATER - timedelta(days=2), kind=kind, through=through)


def _duties(world: World) -> None:
    """Under a scheme with a ladder and apologies: two duties that are overdue, one to be proposed,
    one to be taken back, one to stand again."""
    Season.objects.create(
        code="older", scheme="jiangmen-2008", starts_on=AT.date() - timedelta(days=90),
        ends_on=AT.date() + timedelta(days=30),
    )  # fmt: skip
    first, at = world.case("verified"), AT + timedelta(days=9)
    naming = accountability.name_person(
        case=first, unit=world.brigade, name="李四", by=world.manager, at=at
    )
    propose_from_facts(by=SYSTEM, at=at)
    accountability.withdraw_naming(naming=naming, by=world.manager, at=at)
    propose_from_facts(by=SYSTEM, at=at)
    accountability.name_person(case=first, unit=world.brigade, name="李四", by=world.manager, at=at)
    world.case("verified")
    for ground in ("a", "b"):
        talk = Proposal(
            rule="talk", words="w", source="s", season=world.season, what=("talk",), on=On.HEAD,
            unit=world.brigade, ground=ground,
        )  # fmt: skip
        [duty] = accountability.propose(wanted=[talk], by=SYSTEM, at=at)
        accountability.decide_duty(duty=duty, outcome="accepted", by=world.manager, at=AT)


def _contents_without_a_row() -> None:
    """Three uploads whose transaction failed long ago."""
    for _once in range(3):
        with transaction.atomic():
            lost = store_file(upload=upload("lost.pdf", pdf()), by=SYSTEM, at=AT)
            transaction.set_rollback(True)
        os.utime(vault.folder() / lost.key[:2] / lost.key, (0, 0))


def _long_running(world: World) -> None:
    """Three clocks that a day declared free since would move."""
    for _once in range(3):
        dispatched = world.case("to_place", rating=world.rate(at=LATER - timedelta(days=1)))
        dispatch_case(case=dispatched, words="请核实", by=world.manager, at=LATER)


def _phones_erased(world: World) -> None:
    for _once in range(2):
        case = world.case("sorted")
        Contact.objects.filter(pk=case.rating_id).update(phone_cipher=None, phone_print=None)


def _somebody_pries(world: World) -> None:
    for _once in range(2):
        case, at = world.case("sorted"), LATER - timedelta(hours=3)
        log_read(case, what="phone", reason="好奇", by=world.inspector, at=at)


def _item(world: World) -> None:
    of = rectification.open_list(title="整改", unit=world.brigade, by=world.manager, at=AT)
    given = {"problem": "午间无人", "measure": "排班", "owner": "队长", "days": 5}
    rectification.add_item(of=of, **given, by=world.manager, at=AT)


def _codes_wanted(world: World) -> None:
    for n in range(2):
        opening.ask_for_code(world.rate(phone=f"1380000000{n}"), at=LATER)
        made = requests.file_request(
            rating=world.rate(phone=f"1370000000{n}"), kind=RequestKind.SEE, note="",
            by=world.manager, at=AT,
        )  # fmt: skip
        requests.ask_for_code(request=made, by=world.manager, at=LATER)
        case = open_case_by_hand(
            unit=world.brigade, origin="petition", dated=AT.date(), summary="推诿",
            phone=f"1360000000{n}", by=world.sorter, at=AT,
        )  # fmt: skip
        opening.ask_for_code(case.source, at=LATER)


def rows() -> Counter[str]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        found: Counter[str] = Counter()
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchone()[0]
    found["contents in the vault"] = sum(1 for each in vault.folder().rglob("*") if each.is_file())
    return found


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens within is taken back, in the vault too."""
    kept, copy = transaction.savepoint(), vault.folder().with_name("kept")
    shutil.copytree(vault.folder(), copy)
    try:
        yield
    finally:
        transaction.savepoint_rollback(kept)
        shutil.rmtree(vault.folder())
        copy.rename(vault.folder())
        cache.clear()


@contextmanager
def killed_after(commits: int) -> Iterator[None]:
    """The next so many commits stand; then the process is gone."""
    left, leave = commits, Atomic.__exit__

    def exit_(self: Atomic, kind: object, error: object, trace: object) -> None:
        nonlocal left
        leave(self, kind, error, trace)
        left -= kind is None
        if kind is None and not left:
            raise Killed

    Atomic.__exit__ = exit_  # type: ignore[method-assign]
    try:
        yield
    finally:
        Atomic.__exit__ = leave  # type: ignore[method-assign]


def run_on(job: Job, at: datetime) -> None:
    """Again and again, as the worker does, past every patience."""
    for minutes in range(0, 16, 3):
        job.run(at + timedelta(minutes=minutes))


def facts(job: Job) -> Counter[str]:
    """What stands now."""
    found = rows()
    if job.name in TOLD_AGAIN:
        del found["audit_event"], found["audit_seal"]
    return found


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_twice_or_killed_half_way_it_does_nothing_twice(
    busy: World, post: Post, job: Job, settings
):
    settings.PINGYI = replace(settings.PINGYI, retention="apply")
    at = LATER + timedelta(days=400) if job.name == "retention" else LATER
    before = rows()
    with forgotten():
        job.run(at)
        once = rows()
        job.run(at)
        assert rows() == once, "run again it adds nothing"
        assert once != before, "it has something to do here"
        run_on(job, at)
        done, inbox, taken = facts(job), inboxes(), sorted(post.took)
    for commits in range(1, MOST):
        post.took.clear()
        with forgotten():
            through = ran_through(job, commits, at)
            run_on(job, at)
            assert facts(job) == done, f"killed after {commits} commits"
            assert inboxes() == inbox
            assert sorted(post.took) == taken
        if through:
            break


def ran_through(job: Job, commits: int, at: datetime) -> bool:
    """Whether the job ended before it was killed."""
    with killed_after(commits):
        try:
            job.run(at)
        except Killed:
            return False
        return True


def inboxes() -> Counter[tuple[int, str, str]]:
    """Who was told what."""
    return Counter(InboxItem.objects.order_by("pk").values_list("user", "text", "link"))
