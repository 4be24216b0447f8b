"""Rectification lists: who draws them up, how an item moves, what its clock says; improvements."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow, Overtaken
from pingyi.clocks.actions import change_calendar
from pingyi.files import vault
from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role
from pingyi.supervision.actions import improvements, rectification
from pingyi.supervision.models import Improvement, RectificationItem, RectificationList
from tests.casework.world import AT, COMMENT, PHONE, World, after, build
from tests.files.uploads import pdf, upload


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture
def made(world) -> RectificationList:
    return rectification.open_list(title="大队整改", unit=world.brigade, by=world.manager, at=AT)


def add(world, made, days=5, **more) -> RectificationItem:
    given = {"problem": "无人值守", "measure": "排班", "owner": "大队长"} | more
    return rectification.add_item(of=made, days=days, by=world.manager, at=AT, **given)


def submit(world, item, at=None, **more):
    return rectification.submit_item(
        item=item, account="已排班", by=world.unit_admin, at=at or after(days=1), **more
    )


class TestItems:
    def test_an_item_is_reported_sent_back_and_closed(self, world, made):
        assert world.unit_admin
        item = add(world, made)
        sheet = [upload("rota.pdf", pdf())]
        assert submit(world, item, uploads=sheet).files.get().file.name == "rota.pdf"
        assert item.state == "submitted"
        rectification.send_back_item(
            item=item, words="缺公示", days=3, by=world.manager, at=after(days=2)
        )
        assert item.state == "open"
        submit(world, item, at=after(days=3))
        rectification.accept_item(item=item, by=world.manager, at=after(days=4))
        assert item.state == "closed"
        first, second = item.clocks.order_by("pk")
        assert (first.met_at, second.met_at) == (after(days=1), after(days=3))
        told = InboxItem.objects.filter(user=world.unit_admin).count()
        assert told == 3  # put on the list, sent back, closed
        assert InboxItem.objects.filter(user=world.manager).count() == 2

    def test_its_clock_counts_working_days_and_follows_the_calendar(self, world, made):
        """Monday 1 June 2026 and 5 working days: the next Monday's end."""
        item = add(world, made)
        clock = item.clocks.get()
        assert clock.due_at.astimezone(UTC).date() == date(2026, 6, 8)
        change_calendar(days={date(2026, 6, 3): False}, by=SYSTEM, at=AT)
        assert item.clocks.get().due_at.astimezone(UTC).date() == date(2026, 6, 9)

    def test_lateness_is_asked_not_stored(self, world, made):
        late, early = add(world, made, days=1), add(world, made, days=60)
        at = after(days=7)
        assert list(RectificationItem.objects.late(at)) == [late]
        row = RectificationList.objects.with_progress(at).get()
        assert (row.items_total, row.items_closed, row.items_late) == (2, 0, 1)
        submit(world, late, at=at)
        rectification.accept_item(item=late, by=world.manager, at=at)
        row = RectificationList.objects.with_progress(at).get()
        assert (row.items_total, row.items_closed, row.items_late) == (2, 1, None)
        assert early.number == 2

    def test_not_in_this_state(self, world, made):
        item = add(world, made)
        with pytest.raises(NotNow):
            rectification.accept_item(item=item, by=world.manager, at=AT)
        submit(world, item)
        with pytest.raises(NotNow):
            submit(world, item)

    def test_two_at_once(self, world, made):
        item = add(world, made)
        submit(world, item)
        same = RectificationItem.objects.get(pk=item.pk)
        rectification.accept_item(item=item, by=world.manager, at=after(days=2))
        with pytest.raises(Overtaken):
            rectification.send_back_item(
                item=same, words="x", days=3, by=world.manager, at=after(days=2)
            )
        assert same.submissions.get().acceptance.accepted

    @pytest.mark.parametrize("missing", ["problem", "measure", "owner"])
    def test_what_is_missing_is_named(self, world, made, missing):
        with pytest.raises(Incomplete) as refused:
            add(world, made, **{missing: " "})
        assert refused.value.reason.field == missing

    @pytest.mark.parametrize("days", [0, 251, -1])
    def test_odd_days(self, world, made, days):
        with pytest.raises(Incomplete) as refused:
            add(world, made, days=days)
        assert refused.value.reason.field == "days"

    def test_no_number_of_a_person_and_no_word_of_hers_reaches_the_unit(self, world, made):
        with pytest.raises(Incomplete) as refused:
            add(world, made, problem=f"打给 {PHONE}")
        assert refused.value.reason.field == "problem"
        case = world.case("verified")
        of = rectification.open_list(
            title="由案件而来", unit=world.brigade, case=case, by=world.manager, at=AT
        )
        with pytest.raises(Incomplete):
            add(world, of, problem=case.rating.comment)

    def test_the_owner_is_the_lists_unit_or_below(self, world):
        of = rectification.open_list(title="全局", unit=world.bureau, by=world.manager, at=AT)
        assert add(world, of, unit=world.brigade).unit == world.brigade
        with pytest.raises(Incomplete) as refused:
            add(world, of, unit=world.other_unit)
        assert refused.value.reason.field == "unit"


class TestWho:
    def test_only_a_case_manager_of_the_district(self, world, made):
        for user in (
            world.caller,
            world.inspector,
            world.unit_admin,
            world.person(Role.CASE_MANAGER, area=world.elsewhere),
        ):
            with pytest.raises(NotAllowed):
                rectification.open_list(title="x", unit=world.brigade, by=user, at=AT)
            with pytest.raises(NotAllowed):
                rectification.note_meeting(of=made, on=AT.date(), text="x", by=user, at=AT)
        item = add(world, made)
        for user in (world.manager, world.person(Role.UNIT_ADMIN, unit=world.other_unit)):
            with pytest.raises(NotAllowed):
                rectification.submit_item(item=item, account="x", by=user, at=AT)

    def test_nobody_accepts_what_their_own_unit_reported(self, world, made):
        from pingyi.people.actions import appoint

        item = add(world, made)
        submit(world, item)
        appoint(user=world.manager, role=Role.UNIT_ADMIN, unit=world.bureau, by=SYSTEM, at=AT)
        world.manager.__dict__.pop("_appointments", None)
        with pytest.raises(NotAllowed):
            rectification.accept_item(item=item, by=world.manager, at=after(days=2))

    def test_who_sees_lists_and_items(self, world, made):
        item = add(world, made)
        insiders = (world.sorter, world.manager, world.inspector, world.person(Role.LEADER))
        city = world.person(Role.CASE_MANAGER, area=world.city)
        for user in (*insiders, city, world.unit_admin):
            assert list(RectificationList.objects.visible_to(user)) == [made]
            assert list(RectificationItem.objects.visible_to(user)) == [item]
        for user in (
            world.person(Role.CASE_MANAGER, area=world.elsewhere),
            world.person(Role.UNIT_ADMIN, unit=world.other_unit),
            world.person(Role.AUDIT_ADMIN),
        ):
            assert not RectificationList.objects.visible_to(user).exists()
            assert not RectificationItem.objects.visible_to(user).exists()

    def test_no_list_is_born_of_a_case_under_embargo(self, world):
        case = world.case("sealed")
        with pytest.raises(NotNow):
            rectification.open_list(
                title="x", unit=world.brigade, case=case, by=world.manager, at=AT
            )
        assert not RectificationList.objects.exists()

    def test_a_meeting_is_not_of_tomorrow(self, world, made):
        with pytest.raises(Incomplete):
            rectification.note_meeting(
                of=made, on=date(2026, 6, 2), text="x", by=world.manager, at=AT
            )


class TestImprovements:
    def record(self, world, **more) -> Improvement:
        given = {
            "kind": "rule_made",
            "title": "窗口值班制度",
            "what": "两人一岗",
            "unit": world.brigade,
            "on": date(2026, 6, 1),
        } | more
        return improvements.record_improvement(by=world.manager, at=AT, **given)

    def test_it_counts_in_the_season_of_its_day(self, world):
        self.record(world)
        self.record(world, on=date(2025, 12, 31))
        kept = Improvement.objects.counting().of_season(world.season)
        assert kept.count() == 1

    def test_with_its_document(self, world):
        made = self.record(world, document=upload("制度.pdf", pdf()))
        assert made.document.name == "制度.pdf"

    def test_an_answers_change_is_kept_once_until_struck_out(self, world):
        case = world.case("to_decide")
        answer = case.answers.get()
        made = self.record(world, answer=answer)
        assert made.case == case
        with pytest.raises(NotNow):
            self.record(world, answer=answer)
        improvements.strike_improvement(
            improvement=made, reason="重复", by=world.manager, at=after(days=1)
        )
        assert not Improvement.objects.counting().exists()
        assert self.record(world, answer=answer)
        with pytest.raises(NotNow):
            improvements.strike_improvement(
                improvement=made, reason="x", by=world.manager, at=after(days=1)
            )

    def test_what_is_wrong_is_named(self, world):
        for field, value in (
            ("kind", "nothing"),
            ("title", ""),
            ("what", f"打 {PHONE}"),
            ("on", date(2026, 6, 2)),
        ):
            with pytest.raises(Incomplete) as refused:
                self.record(world, **{field: value})
            assert refused.value.reason.field == field or field == "on"

    def test_who_records(self, world):
        for user in (world.unit_admin, world.person(Role.CASE_MANAGER, area=world.elsewhere)):
            with pytest.raises(NotAllowed):
                improvements.record_improvement(
                    kind="other",
                    title="x",
                    what="x",
                    unit=world.brigade,
                    on=date(2026, 1, 5),
                    by=user,
                    at=datetime(2026, 6, 1, tzinfo=UTC),
                )

    def test_who_sees_it(self, world):
        made = self.record(world)
        for user in (world.manager, world.unit_admin, world.inspector):
            assert list(Improvement.objects.visible_to(user)) == [made]
        for user in (
            world.person(Role.CASE_MANAGER, area=world.elsewhere),
            world.person(Role.UNIT_ADMIN, unit=world.other_unit),
        ):
            assert not Improvement.objects.visible_to(user).exists()


def test_an_improvement_does_not_repeat_her_words_to_unit_and_public(world):
    case = world.case("verified")
    with pytest.raises(Incomplete) as refused:
        improvements.record_improvement(
            kind="rule_made",
            title="值班制度",
            what=f"群众说{COMMENT}",
            unit=world.brigade,
            on=AT.date(),
            case=case,
            by=world.manager,
            at=AT,
        )
    assert refused.value.reason.field == "what"
    assert not Improvement.objects.exists()
