"""Measures on persons: names sealed, seen by the inspectors, told to the unit, never edited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pingyi.accountability import actions, names
from pingyi.accountability.actions.measures import Given
from pingyi.accountability.models import Duty, Measure, Person
from pingyi.accountability.terms import On
from pingyi.audit import queries as audit
from pingyi.audit.actions import SYSTEM
from pingyi.audit.keys import keyring
from pingyi.audit.personal import declarations
from pingyi.casework.actions import refer_case
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow, Refusal
from pingyi.demo.cases import walk
from pingyi.people.roles import Role
from pingyi.web.account.looks import by_reader
from tests.casework.world import AT, World, build

pytestmark = pytest.mark.django_db
NAME = "买买提·吐尔逊"


@pytest.fixture
def world() -> World:
    return build()


def record(world: World, by=None, at=AT, **changes: Any) -> Measure:
    given: dict[str, Any] = {
        "unit": world.brigade,
        "name": NAME,
        "post": "大队长",
        "responsibility": "leadership",
        "kind": "admonition",
        "organ": "洪山区纪委监委",
        "on": AT.date(),
        "origin": "other",
        **changes,
    }
    return actions.record_measure(given=Given(**given), by=by or world.inspector, at=at)


def test_the_name_is_sealed_and_found_again(world):
    one = record(world)
    two = record(world, name="买买提 吐尔逊", kind="warning")
    assert one.person == two.person
    assert record(world, unit=world.bureau).person != one.person
    person = Person.objects.get(pk=one.person.pk)
    assert NAME.encode() not in bytes(person.name_cipher)
    assert names.opened(person.name_cipher) == NAME
    assert names.masked(person.name_cipher) == "买**·***"
    assert Person in dict(declarations())


def test_no_event_holds_a_name(world):
    record(world)
    assert all(NAME not in str(event.data) for event in audit.events())


def test_reading_the_name_takes_a_reason_and_is_logged(world):
    made = record(world)
    with pytest.raises(Incomplete):
        actions.reveal_name(measure=made, reason=" ", by=world.inspector, at=AT)
    assert actions.reveal_name(measure=made, reason="起草通报", by=world.inspector, at=AT) == NAME
    read = audit.reads_of(made.person).get()
    assert (read.reader, read.what, read.reason) == (
        world.inspector.username, "name", "起草通报"
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        actions.reveal_name(measure=made, reason="好奇", by=world.manager, at=AT)


def test_looking_a_name_up_is_logged_too(world):
    made = record(world)
    found = actions.find_persons(name=NAME, reason="核对", by=world.inspector, at=AT)
    assert found == [made.person]
    assert audit.reads_of(made.person).count() == 1


def test_a_name_looked_up_in_vain_is_logged_and_not_kept(world):
    made = record(world)
    other = world.person(Role.INSPECTOR, area=world.elsewhere)
    for who, name in ((other, NAME), (world.inspector, "欧阳修")):
        assert actions.find_persons(name=name, reason="核对", by=who, at=AT) == []
    reads = audit.reads().order_by("pk")
    assert [(one.reader, one.what, one.reason) for one in reads] == [
        (other.username, "name", "核对"), (world.inspector.username, "name", "核对")
    ]  # fmt: skip
    assert {(one.subject_kind, one.subject_id) for one in reads} == {("person", "")}
    assert not audit.reads_of(made.person).exists()
    assert by_reader(AT).get(username=other.username).things == 0


def test_other_districts_and_other_roles_see_none(world):
    made = record(world)
    assert list(Measure.objects.visible_to(world.inspector)) == [made]
    for role in set(Role) - {Role.INSPECTOR}:
        assert not Measure.objects.visible_to(world.person(role)).exists(), role
    stranger = world.person(Role.INSPECTOR, area=world.elsewhere)
    assert not Measure.objects.visible_to(stranger).exists()
    assert Measure.objects.visible_to(world.person(Role.INSPECTOR, area=world.city)).exists()
    with pytest.raises(NotAllowed):
        record(world, by=stranger)


def test_the_unit_learns_of_it_once_told_and_never_under_embargo(world):
    made = record(world)
    assert not Measure.objects.told_to(world.unit_admin).exists()
    actions.notify_unit(measure=made, by=world.inspector, at=AT)
    assert list(Measure.objects.told_to(world.unit_admin)) == [made]
    case = world.case("concluded")
    sealed = record(world, case=case, origin="case", at=AT + timedelta(days=9))
    with pytest.raises(NotNow) as refused:
        actions.notify_unit(measure=sealed, by=world.inspector, at=AT)
    assert refused.value.reason.code == "sealed"
    assert sealed not in Measure.objects.public()


def test_an_annulled_measure_stays_and_counts_no_more(world):
    made = record(world)
    later = AT + timedelta(days=5)
    actions.annul_measure(measure=made, reason="申诉成立", by=world.inspector, at=later)
    assert list(Measure.objects.counting(AT)) == [made]
    assert not Measure.objects.counting().exists()
    with pytest.raises(NotNow):
        actions.annul_measure(
            measure=Measure.objects.get(), reason="再", by=world.inspector, at=later
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "13812341234"}, "name"),
        ({"name": "张3"}, "name"),
        ({"kind": "lashes"}, "kind"),
        ({"post": ""}, "post"),
        ({"organ": ""}, "organ"),
        ({"on": AT.date() + timedelta(days=1)}, "on"),
        ({"origin": "finding"}, "finding"),
        ({"origin": "case"}, "case"),
        ({"origin": "letter"}, "source"),
        ({"note": "电话 13812341234"}, "note"),
    ],
)
def test_what_is_unfit_is_refused_at_its_field(world, changes, field):
    with pytest.raises(Refusal) as refused:
        record(world, **changes)
    assert refused.value.reason.field == field
    assert not Measure.objects.exists()
    assert not Person.objects.exists()


def test_nobody_punishes_their_own_unit(world):
    from pingyi.people.actions import appoint
    from tests.casework.world import FOUNDER

    appoint(user=world.inspector, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    with pytest.raises(NotAllowed):
        record(world)


def test_names_renew_with_the_keys(world):
    made = record(world)
    (declared,) = Person.personal
    fresh = keyring().rotated()
    fields = declared.renewed(made.person, fresh)
    assert fields["name_print"] in fresh.fingerprints(names.name_form(NAME), context=names.NAME)


def test_a_person_of_another_districts_unit_is_not_theirs_to_record(world):
    case = world.case("verified")
    with pytest.raises(Incomplete) as refused:
        record(world, unit=world.other_unit, origin="case", case=case)
    assert refused.value.reason.field == "unit"
    assert not Person.objects.exists()
    # The units answering for the case: the rated one and those above it.
    for unit in (world.brigade, world.bureau):
        assert record(world, unit=unit, origin="case", case=case).area == case.area


def test_the_same_measure_sent_again_is_not_recorded_twice(world):
    record(world)
    with pytest.raises(Incomplete) as refused:
        record(world, name="买买提 吐尔逊")
    assert refused.value.reason.code == "measured_already"
    assert Measure.objects.count() == 1
    actions.annul_measure(measure=Measure.objects.get(), reason="误录", by=world.inspector, at=AT)
    record(world)


def test_a_case_that_came_under_embargo_takes_no_duty_from_the_unit(world):
    case = world.case("verified")
    (duty,) = _proposed(world, case)
    actions.decide_duty(duty=duty, outcome="accepted", by=world.manager, at=AT)
    walk(case, ["reply", "protest"], hands=world.hands, at=AT + timedelta(days=9))
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=AT + timedelta(days=10))
    assert case.embargoed
    assert list(Duty.objects.told_to(world.unit_admin)) == [duty]
    office = Duty.objects.visible_to(world.manager).with_cases(world.manager)
    assert [one.seen_cases for one in office] == [[]], "its number is the inspectors' meanwhile"


def _proposed(world, case):
    wanted = actions.duties.Proposal(
        rule="ladder.1",
        words="谈话提醒",
        source="",
        season=world.season,
        what=("warning_talk",),
        on=On.HEAD,
        unit=world.brigade,
        ground=case.number,
        case=case,
    )
    return actions.propose(wanted=[wanted], by=SYSTEM, at=AT)
