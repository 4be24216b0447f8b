"""Items, letters and duties escalate as the scheme says: each step once, to those of its tier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi import rulebook
from pingyi.accountability import actions as accountability
from pingyi.accountability import escalation as duties
from pingyi.accountability.ladders import propose_from_facts
from pingyi.accountability.models import Duty, DutyEscalation
from pingyi.audit.queries import events
from pingyi.clocks import actions as clocks
from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters import actions as letters
from pingyi.letters import escalation as of_letters
from pingyi.letters.escalation_models import LetterEscalation
from pingyi.letters.models import Organ
from pingyi.letters.states import Kind
from pingyi.notices import ladder
from pingyi.notices.models import InboxItem
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.supervision import escalation as items
from pingyi.supervision.actions import rectification
from pingyi.supervision.models import ItemEscalation
from tests.casework.test_concurrency import at_once
from tests.casework.test_escalation import CITY, DISTRICT, UNIT, inboxes, staffed
from tests.casework.world import AT, COMMENT, FOUNDER, PHONE, World, after, build
from tests.letters.world import open_office

SECOND = timedelta(seconds=1)
MANAGER, LEADER = DISTRICT["case_manager"], DISTRICT["leader"]


class Thing(NamedTuple):
    """What escalates: how one comes to be, how it is over, its job and what the job leaves."""

    make: Callable[[World], Any]
    end: Callable[[World, Any], object]
    run: Callable[..., int]
    steps: type
    rule: str
    rungs: list[tuple[str, list[str]]]


def item(world: World) -> Any:
    of = rectification.open_list(title="清单", unit=world.brigade, by=world.manager, at=AT)
    return rectification.add_item(
        of=of, problem="无人", measure="排班", owner="长", days=10, by=world.manager, at=AT
    )


def report(world: World, one: Any) -> None:
    rectification.submit_item(item=one, account="已改", by=world.unit_admin, at=AT)


def letter(world: World) -> Any:
    """The district's, to the brigade."""
    organ = letters.add_organ(
        name=f"洪山区治庸办{Organ.objects.count()}", signature="", area=world.district,
        desk="office", prefixes={Kind.SUGGESTION: f"洪函{Organ.objects.count()}"}, by=FOUNDER,
        at=AT,
    )  # fmt: skip
    drafted = letters.draft_letter(
        organ=organ, kind=Kind.SUGGESTION, title="函", body="请答复。",
        addressees=[letters.Addressee(world.brigade)], by=world.manager, at=AT,
    )  # fmt: skip
    letters.submit_letter(letter=drafted, by=world.manager, at=AT)
    return letters.issue_letter(letter=drafted, by=world.person(Role.LEADER), at=AT)


def acknowledged(world: World) -> Any:
    sent = letter(world)
    letters.acknowledge(recipient=sent.recipients.get(), by=world.unit_admin, at=AT)
    return sent


def unread(world: World) -> Any:
    """One whose reply is not awaited any more, to see its acknowledgement alone."""
    sent = letter(world)
    clocks.stop(sent.recipients.get().clocks.filter(rule="letter_reply"), at=AT)
    return sent


def answer(world: World, sent: Any) -> None:
    recipient = sent.recipients.get()
    if recipient.acknowledged_at is None:
        letters.acknowledge(recipient=recipient, by=world.unit_admin, at=AT)
    else:
        letters.reply_to_letter(recipient=recipient, text="已办", by=world.unit_admin, at=AT)


def duty(world: World) -> Any:
    """Decided on, in the district: fifteen working days."""
    made = Duty.objects.create(
        rule="rule", words="谈话", scheme="wuhan-2023", season=world.season, what="warning_talk",
        on="unit", unit=world.brigade, ground=f"g{Duty.objects.count()}", area=world.district,
        proposed_at=AT, proposed_by="system",
    )  # fmt: skip
    return accountability.decide_duty(duty=made, outcome="accepted", by=world.manager, at=AT)


def fulfil(world: World, one: Any) -> None:
    accountability.fulfil_duty(duty=one, on=AT.date(), place="大会", by=world.manager, at=AT)


THINGS = {
    "item": Thing(item, report, items.raise_due_steps, ItemEscalation, "rectify", [
        ("06-10 23:59:59", UNIT), ("06-15 23:59:59", MANAGER), ("06-18 23:59:59", LEADER),
        ("06-30 23:59:59", CITY)]),
    "reply": Thing(acknowledged, answer, of_letters.raise_due_steps, LetterEscalation,
                   "letter_reply", [
        ("06-08 23:59:59", UNIT), ("06-10 23:59:59", MANAGER), ("06-15 23:59:59", LEADER),
        ("06-25 23:59:59", CITY)]),
    "acknowledgement": Thing(unread, answer, of_letters.raise_due_steps, LetterEscalation,
                             "letter_acknowledge", [
        ("06-03 23:59:59", sorted(UNIT + MANAGER)), ("06-08 23:59:59", LEADER)]),
    "duty": Thing(duty, fulfil, duties.raise_due_steps, DutyEscalation, "duty", [
        ("06-18 23:59:59", UNIT), ("06-23 23:59:59", MANAGER), ("06-26 23:59:59", LEADER),
        ("07-07 23:59:59", CITY)]),
}  # fmt: skip
EACH = pytest.mark.parametrize("thing", THINGS.values(), ids=THINGS)


@pytest.fixture
def world(db) -> World:
    return staffed(build())


def moment(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


def raised(thing: Thing) -> list[tuple[int, str]]:
    return list(thing.steps.objects.order_by("pk").values_list("step", "to"))


@EACH
def test_every_rung(world: World, thing: Thing):
    """Dragon Boat Festival, 19 to 21 June 2026, is no working time."""
    thing.make(world)
    inboxes()
    for when, told in thing.rungs:
        assert thing.run(at=moment(when) - SECOND) == 0, when
        assert thing.run(at=moment(when)) > 0, when
        assert inboxes() == told, when
    assert thing.run(at=moment(when) + timedelta(days=200)) == 0
    ladder_of_it = rulebook.scheme("wuhan-2023").escalation(thing.rule)
    assert raised(thing) == [(step.at, step.to) for step in ladder_of_it], "each once"
    assert events(actions=["clock.escalate"]).count() == len(ladder_of_it)


@EACH
def test_what_is_over_raises_nothing(world: World, thing: Thing):
    made = thing.make(world)
    thing.end(world, made)
    assert thing.run(at=after(days=300)) == 0


@EACH
def test_a_paused_clock_raises_nothing(world: World, thing: Thing):
    thing.make(world)
    running = thing.steps._meta.get_field("clock").related_model.objects.running()
    clocks.pause(running.get(), reason="等", by=FOUNDER, at=after(hours=1))
    assert thing.run(at=after(days=300)) == 0


@EACH
def test_an_inbox_names_nobody_and_is_read_in_both_languages(world: World, thing: Thing):
    thing.make(world)
    InboxItem.objects.all().delete()
    thing.run(at=after(days=300))
    told = list(InboxItem.objects.all())
    assert told
    for one in told:
        assert one.text_en
        assert "到期" in one.text
        assert not {PHONE, COMMENT, "长"} & {one.text, one.text_en}
        own = one.user.username in UNIT
        assert one.link.startswith(("/unit/", "/letter/") if own else ("/office/", "/letter/"))


@EACH
def test_killed_half_way_the_rest_is_raised_the_next_time(world: World, thing: Thing, monkeypatch):
    thing.make(world)
    monkeypatch.setattr(ladder, "AT_ONCE", 1)
    real, calls = ladder.notify_each, []

    def killed(**given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(ladder, "notify_each", killed)
    with pytest.raises(KeyboardInterrupt):
        thing.run(at=after(days=300))
    assert len(raised(thing)) == 1, "the second was not half done"
    rest = len(rulebook.scheme("wuhan-2023").escalation(thing.rule)) - 1
    assert thing.run(at=after(days=300)) == rest
    assert thing.run(at=after(days=300)) == 0


@pytest.mark.django_db(transaction=True)
@EACH
def test_two_workers_at_once_raise_each_step_once(transactional_db, thing: Thing):
    world = staffed(build())
    thing.make(world)
    InboxItem.objects.all().delete()
    both = at_once(*(lambda: thing.run(at=after(days=300)) for _ in range(2)))
    steps = rulebook.scheme("wuhan-2023").escalation(thing.rule)
    assert sum(both) == thing.steps.objects.count() == len(steps)
    assert len(inboxes()) == sum(len(told) for _, told in thing.rungs)


@EACH
def test_many_cost_as_many_queries_as_few(world: World, thing: Thing):
    thing.make(world)
    model = thing.steps._meta.get_field("clock").related_model
    first = model.objects.running().get()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert thing.run(at=AT) == 0
        return len(seen)

    few = queries()
    kept = {field.attname: getattr(first, field.attname) for field in model._meta.fields}
    del kept["id"]
    model.objects.filter(pk=first.pk).update(met_at=AT)
    over = {**kept, "met_at": AT}
    model.objects.bulk_create(model(**over) for _ in range(200))
    model.objects.bulk_create([model(**kept)])
    assert queries() == few <= 8


@EACH
def test_whoever_serves_the_unit_too_is_not_told_as_the_office(world: World, thing: Thing):
    leader = world.person(Role.LEADER)
    appoint(user=leader, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    second = world.newcomer(Role.LEADER)
    thing.make(world)
    InboxItem.objects.all().delete()
    thing.run(at=after(days=300))
    told = set(inboxes())
    assert leader.username not in told
    assert second.username in told


def test_of_an_inspectors_letter_only_the_unit_and_the_inspectors_hear(db):
    office = open_office()
    world = staffed(office.world)
    first, second = world.person(Role.INSPECTOR), world.newcomer(Role.INSPECTOR)
    drafted = office.draft(organ=office.inspectors, kind=Kind.RECOMMENDATION, by=first)
    letters.submit_letter(letter=drafted, by=first, at=AT)
    letters.issue_letter(letter=drafted, by=second, at=AT)
    inboxes()
    of_letters.raise_due_steps(at=after(days=300))
    told = set(inboxes())
    assert told == {
        office.unit_admin.username, first.username, second.username,
        world.person(Role.INSPECTOR, area=world.city).username,
    }  # fmt: skip


def test_a_duty_escalates_whether_or_not_its_case_is_sealed(world: World):
    """It was decided on before, and silence would betray the sealing."""
    case = world.case("sealed")
    made = duty(world)
    Duty.objects.filter(pk=made.pk).update(case=case)
    assert duties.raise_due_steps(at=after(days=300)) == 4


def test_proposals_that_nobody_decided_on_have_no_clock(world: World):
    propose_from_facts(by=FOUNDER, at=AT)
    assert duties.raise_due_steps(at=after(days=300)) == 0
