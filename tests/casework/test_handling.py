"""How a case should be handled: whether what she asks for is reasonable, and what is to be done."""

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework import queries
from pingyi.casework.actions import propose_handling
from pingyi.casework.models import Case
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.casework.search import matching
from pingyi.people.roles import Role
from tests.casework.world import World, after
from tests.staff import signed_in
from tests.web.reading import form_ids, words

LATER = after(days=1)


def propose(world: World, case: Case, **given):
    given = {"ground": "reasonable", "handling": "in_time", "by": world.caller} | given
    return propose_handling(case=case, at=LATER, **given)


@pytest.mark.parametrize("end", ["unreachable", "to_place", "to_decide"])
def test_it_is_told_to_office_and_inspectors_and_moves_nothing(world: World, end: str):
    case = world.case(end)
    state, running = case.state, set(case.clocks.running())
    propose(world, case, note="须先查台账")
    case.refresh_from_db()
    assert (case.state, set(case.clocks.running())) == (state, running)
    told = queries.timeline(case, "office")[-1]
    assert told.detail == "诉求合理\n情况复杂，建台账限期办理\n须先查台账"
    assert not [one for one in queries.timeline(case, "unit") if one.step == "propose_handling"]
    assert not [one for one in queries.citizen_steps(case.rating) if "台账" in one.text]
    assert Case.objects.filter(matching("查台账")).get() == case
    assert "台账" not in str(events_about(case).last().data)


def test_who_proposed_is_on_the_case(world: World):
    case = world.case("to_place")
    newcomer = world.newcomer(Role.CASE_MANAGER)
    assert Case.objects.new_to(newcomer).filter(pk=case.pk).exists()
    propose(world, case, by=newcomer)
    assert not Case.objects.new_to(newcomer).filter(pk=case.pk).exists()


@pytest.mark.parametrize("given", [{"ground": ""}, {"handling": "never"}])
def test_it_says_both(world: World, given: dict[str, str]):
    with pytest.raises(Incomplete) as refused:
        propose(world, world.case("to_place"), **given)
    assert [refused.value.reason.field] == list(given)


def test_not_of_what_lies_elsewhere_and_not_by_the_unit(world: World):
    with pytest.raises(NotNow):
        propose(world, world.case("with_unit"))
    with pytest.raises(NotAllowed):
        propose(world, world.case("to_place"), by=world.unit_admin)


def test_its_form_and_what_the_dispatch_makes_of_it(world: World):
    case = world.case("to_place")
    page, desk = f"/office/cases/{case.number}/", signed_in(world.manager)
    assert "handling" in form_ids(desk.get(page))
    refused = desk.post(f"{page}handling/", {"ground": "partly", "note": "窗口太少"})
    assert refused.status_code == 422
    assert "窗口太少" in refused.content.decode()
    sent = {"ground": "partly", "handling": "in_time", "note": "窗口太少"}
    assert desk.post(f"{page}handling/", sent).status_code == 302
    shown = desk.get(page)
    assert "诉求部分合理" in words(shown)
    assert 'value="complex" id="dispatch-grade_1" required checked' in shown.content.decode()
