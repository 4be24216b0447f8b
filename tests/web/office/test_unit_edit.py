"""A unit's name and kind are changed on its page; retiring it is asked once more."""

from __future__ import annotations

from pingyi.people.roles import Role
from tests.casework.world import World
from tests.staff import signed_in


def test_a_unit_is_edited_and_retired_after_being_asked_once_more(world: World):
    keeper = signed_in(world.person(Role.SCHEME_KEEPER))
    there = f"/office/directory/units/{world.brigade.code}/"
    wrong = keeper.post(f"{there}edit/", {"name": "", "kind": "执法"})
    assert wrong.status_code == 422
    assert 'value="执法"' in wrong.content.decode()
    keeper.post(f"{there}edit/", {"name": "劳动监察支队", "kind": "执法"})
    world.brigade.refresh_from_db()
    assert (world.brigade.name, world.brigade.kind) == ("劳动监察支队", "执法")
    asked = keeper.post(f"{there}retire/")
    assert asked.status_code == 200
    world.brigade.refresh_from_db()
    assert world.brigade.retired_at is None
    keeper.post(f"{there}retire/", {"confirmed": "yes"})
    world.brigade.refresh_from_db()
    assert world.brigade.retired_at is not None
    assert not world.brigade.points.filter(retired_at=None).exists()
    assert "edit/" not in keeper.get(there).content.decode()
    late = keeper.post(f"{there}edit/", {"name": "x", "kind": ""})
    assert late.status_code == 422


def test_a_units_own_administrator_neither_edits_nor_retires_it(world: World):
    browser = signed_in(world.unit_admin)
    for what in ("edit", "retire"):
        there = f"/office/directory/units/{world.brigade.code}/{what}/"
        assert browser.post(there, {"confirmed": "yes"}).status_code == 403
