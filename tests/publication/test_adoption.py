"""A season's rules do not change because a file did: two people adopt a text, from a day on.

The file is changed to take five points for a verified bad rating instead of three.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.db import IntegrityError, transaction

from pingyi import rulebook
from pingyi.audit.models import Event
from pingyi.directory import schemes
from pingyi.directory.models import OPEN, Adoption, SchemeVersion, Season
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role
from pingyi.publication import adoption
from pingyi.publication.adoption import Refused, Why
from pingyi.ratings import points
from pingyi.ratings.points import rules_on
from pingyi.scoring import board
from pingyi.shell.main import main
from tests.casework.world import World
from tests.publication.conftest import Town
from tests.publication.laid_down import DEARER, FILE, OPENED, Change

pytestmark = pytest.mark.django_db

JULY = datetime(2026, 7, 3, 9, tzinfo=SHANGHAI)
THIRD = JULY.date()


@pytest.fixture
def town(laid_down: World) -> Town:
    return Town(laid_down)


def total(world: World, at: datetime) -> Decimal | None:
    """The brigade's, as it stood at that moment."""
    row = board.at_time(world.season, at=at, now=JULY + timedelta(days=30)).row("B1-1")
    assert row is not None
    return row.result.total


def proposed(town: Town, *, from_day: date = THIRD, at: datetime = JULY) -> Adoption:
    return adoption.propose(
        season=town.season, reason="市里修订，第 3 号文", from_day=from_day, by=town.keeper, at=at
    )


def test_a_changed_file_changes_nothing_until_adopted(town: Town, file_says: Change):
    town.world.case("verified")
    before = total(town.world, JULY)
    assert before == Decimal("97.00")
    new = file_says(DEARER)
    season = Season.objects.get()
    assert schemes.in_force(season).points["verified-bad-rating"].each == -3
    assert total(town.world, JULY) == before
    assert rules_on(JULY.date()).scheme.digest != new.digest
    assert schemes.unadopted(season) == new

    one = proposed(town)
    assert total(town.world, JULY) == before, "proposed only"
    adoption.adopt(adoption=one, by=town.leader, at=JULY + timedelta(hours=2))
    town.world.season = Season.objects.get()
    assert total(town.world, JULY + timedelta(hours=3)) == Decimal("95.00")
    assert total(town.world, JULY + timedelta(hours=1)) == before, "what was in force then"
    assert total(town.world, OPENED + timedelta(days=200)) == Decimal("97.00")
    first = schemes.in_force(town.world.season, OPENED - timedelta(days=1))
    assert first.points["verified-bad-rating"].each == -3, "the first, before it"
    assert rules_on(JULY.date()).scheme == new
    assert schemes.unadopted(town.season) is None


def test_it_is_in_force_from_the_day_named(town: Town, file_says: Change):
    file_says(DEARER)
    one = proposed(town, from_day=date(2026, 8, 1))
    adoption.adopt(adoption=one, by=town.leader, at=JULY)
    season = Season.objects.get()
    midnight = datetime(2026, 8, 1, tzinfo=SHANGHAI)
    each = [
        schemes.in_force(season, moment).points["verified-bad-rating"].each
        for moment in (midnight - timedelta(seconds=1), midnight)
    ]
    assert each == [-3, -5]
    assert [rules_on(day).scheme.points["verified-bad-rating"].each for day in
            (date(2026, 7, 31), date(2026, 8, 1))] == [-3, -5]  # fmt: skip
    file_says((b"each = -3", b"each = -4"))
    with pytest.raises(Refused) as refused:
        proposed(town)
    assert refused.value.why is Why.ADOPTED_AHEAD


def test_every_text_can_be_read_without_its_file(
    town: Town, file_says: Change, monkeypatch: pytest.MonkeyPatch
):
    """As on a machine to which a backup was restored, without the city's files."""
    town.world.case("verified")
    monkeypatch.setattr(schemes, "on_file", lambda name: None)
    assert total(town.world, JULY) == Decimal("97.00")


def test_the_season_in_hand_costs_no_query(
    town: Town, file_says: Change, django_assert_num_queries: Callable
):
    season = Season.objects.get()
    with django_assert_num_queries(0):
        schemes.in_force(season)
    file_says(DEARER)
    with django_assert_num_queries(1):
        for _ in range(3):
            schemes.in_force(season)


def test_two_people_a_reason_and_no_past_day(town: Town, file_says: Change):
    def why(**changed: object) -> Why:
        said = {"reason": "修订", "from_day": JULY.date(), "by": town.keeper, "at": JULY}
        with pytest.raises(Refused) as refused, transaction.atomic():
            adoption.propose(season=town.season, **(said | changed))
        return refused.value.why

    assert why() is Why.SAME_TEXT
    file_says(DEARER)
    assert why(reason=" ") is Why.NO_REASON
    assert why(from_day=date(2026, 7, 2)) is Why.IN_THE_PAST
    one = proposed(town)
    assert why(by=town.leader) is Why.PROPOSED_ALREADY
    with pytest.raises(Refused) as refused:
        adoption.adopt(adoption=one, by=town.keeper, at=JULY)
    assert refused.value.why is Why.SAME_PERSON
    with pytest.raises(IntegrityError), transaction.atomic():
        Adoption.objects.filter(pk=one.pk).update(
            adopted_by=one.proposed_by, adopted_at=JULY, starts_at=JULY
        )
    adoption.adopt(adoption=one, by=town.leader, at=JULY)
    with pytest.raises(Refused) as again:
        adoption.give_up(adoption=Adoption.objects.get(pk=one.pk), by=town.keeper, at=JULY)
    assert again.value.why is Why.NOT_OPEN
    told = Event.objects.filter(action__startswith="scheme.").order_by("pk")
    assert [(event.action, event.actor) for event in told] == [
        ("scheme.propose", town.keeper.audit_name),
        ("scheme.adopt", town.leader.audit_name),
    ]
    assert told[1].data["digest"] == rulebook.scheme("wuhan-2023").digest


def test_whoever_may_adopt_it_is_told_but_not_who_proposed_it(town: Town, file_says: Change):
    leader, keeper = town.leader, town.keeper
    town.world.person(Role.LEADER, area=town.world.district)
    file_says(DEARER)
    proposed(town)
    told = set(InboxItem.objects.filter(link__endswith="/rules/").values_list("user", flat=True))
    assert told == {leader.pk}
    assert keeper.pk not in told


def test_given_up_it_stays_on_record_and_another_can_be_proposed(town: Town, file_says: Change):
    file_says(DEARER)
    adoption.give_up(adoption=proposed(town), by=town.keeper, at=JULY)
    file_says((b"each = -3", b"each = -4"))
    one = proposed(town)
    adoption.adopt(adoption=one, by=town.leader, at=JULY)
    assert Adoption.objects.count() == 3
    assert schemes.in_force(Season.objects.get(), JULY).points["verified-bad-rating"].each == -4


def test_clauses_in_use_are_not_taken_away(town: Town, file_says: Change):
    gone = FILE[FILE.index(b"[groups.medical]") : FILE.index(b"[groups.utilities]")]
    file_says((gone, b""))
    with pytest.raises(Refused) as refused:
        proposed(town)
    assert refused.value.why is Why.CLAUSE_LOST
    assert "groups.medical" in str(refused.value)
    assert not Adoption.objects.filter(OPEN).exists()


def test_a_release_keeps_the_text_of_its_moment(town: Town, file_says: Change):
    file_says(DEARER)
    adoption.adopt(adoption=proposed(town), by=town.leader, at=JULY)
    town.world.season = Season.objects.get()
    assert town.release().scheme.digest == rulebook.scheme("wuhan-2023").digest
    assert SchemeVersion.objects.filter(name="wuhan-2023").count() == 2


def test_the_memory_of_the_intake_learns_of_it(town: Town, file_says: Change):
    clock = iter(range(0, 1000, 10))
    memory = points.Memory(lambda: float(next(clock)))
    code = town.world.code
    _point, rules = memory.learn(code, JULY.date())
    assert rules.scheme.points["verified-bad-rating"].each == -3
    file_says(DEARER)
    assert memory.learn(code, JULY.date())[1].scheme == rules.scheme
    adoption.adopt(adoption=proposed(town), by=town.leader, at=JULY)
    changed = memory.learn(code, JULY.date())[1].scheme
    assert changed.points["verified-bad-rating"].each == -5


def test_the_command_and_the_doctor_say_that_the_file_differs(town: Town, file_says: Change):
    town.world.case("verified")

    def printed(*more: str):
        return CliRunner().invoke(main, ["scoreboard", "--season", "2026", *more])

    assert printed().stderr == ""
    file_says(DEARER)
    found = printed()
    brigade = next(r for r in json.loads(found.stdout)["results"] if r["unit"] == "B1-1")
    assert brigade["total"] == "97.00"
    assert "differs from the text in force" in found.stderr
    doctor = CliRunner().invoke(main, ["doctor"]).stdout
    assert "rules of 2026: the file wuhan-2023 differs from the text in force since 2025-12-01" in (
        doctor
    )


def test_seasons_from_before_come_under_their_last_releases_text(town: Town, file_says: Change):
    """What the migration does with seasons that were laid down before texts were kept."""
    begin = import_module("pingyi.directory.migrations.0003_versions_of_seasons").begin
    released = town.release().scheme
    later = Season.objects.create(
        code="2027", scheme="national", starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31)
    )
    Adoption.objects.all().delete()
    Season.objects.update(versions=[])
    file_says(DEARER)
    begin(apps, None)
    begin(apps, None)
    assert Adoption.objects.count() == 2
    assert schemes.in_force(Season.objects.get(code="2026")).digest == released.digest
    later.refresh_from_db()
    assert schemes.digest_in_force(later) == rulebook.scheme("national").digest
