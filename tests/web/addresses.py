"""Every address there is, with its parts filled in: for tests that walk them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from pingyi import rulebook
from pingyi.accountability import actions as accountability
from pingyi.accountability.actions.duties import Proposal
from pingyi.accountability.actions.measures import Given
from pingyi.accountability.models import Duty, Measure, Naming
from pingyi.accountability.terms import On
from pingyi.audit.actions import CITIZEN, SYSTEM, NamedActor
from pingyi.casework import actions
from pingyi.casework.actions.attaching import attach
from pingyi.casework.intake_models import CitizenMessage, MessageBatch
from pingyi.casework.message_files import MessageRow
from pingyi.casework.models import Case
from pingyi.casework.origins import Channel
from pingyi.clocks.actions import change_calendar, latest_change
from pingyi.directory import actions as directory
from pingyi.directory import proposals, schemes
from pingyi.directory.content import AreaRow, Content
from pingyi.directory.models import Enrolment
from pingyi.files.actions import checked
from pingyi.letters import actions as letters
from pingyi.letters.models import Organ, Recipient
from pingyi.letters.states import Desk
from pingyi.letters.states import Kind as LetterKind
from pingyi.people import actions as people
from pingyi.people.roles import Role
from pingyi.privacy.models import DataRequest, PryingMark, RequestKind
from pingyi.privacy.prying import TIME_TO_ACT, raise_prying_marks
from pingyi.privacy.requests import file_request
from pingyi.publication import actions as releases
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind
from pingyi.supervision.actions import findings, rectification, returns
from pingyi.supervision.actions.findings import Found
from pingyi.supervision.actions.improvements import record_improvement
from pingyi.supervision.actions.returns import Return
from pingyi.supervision.models import (
    Finding,
    Improvement,
    RectificationItem,
    ReturnBatch,
    SubmissionFile,
)
from tests.casework.world import AT, World, after
from tests.files.uploads import pdf, upload

PART = re.compile(r"<\w+:(\w+)>")

Parts = Mapping[tuple[str, str], str]
"""What to put for a part, by the beginning of its route and its name; the longest beginning wins.
"""


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route with its view, as `office/cases/<case_number:number>/`."""
    yield from _walk(get_resolver(), "")


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route)
        else:
            yield route, entry


def filled(route: str, parts: Parts) -> str:
    """The route as an address. Fails for a part that nobody thought of."""

    def part(match: re.Match[str]) -> str:
        fits = [key for key in parts if key[1] == match[1] and route.startswith(key[0])]
        assert fits, f"{route}: say in parts_of what to put for {match[1]}"
        return parts[max(fits, key=lambda key: len(key[0]))]

    return "/" + PART.sub(part, route)


def a_release(world: World) -> Release:
    """May's bulletin, public."""
    for unit in (world.bureau, world.brigade):
        Enrolment.objects.get_or_create(season=world.season, unit=unit, group=unit.group)
    prepared = releases.prepare(
        season=world.season, kind=Kind.MONTHLY, through=date(2026, 5, 31), by=SYSTEM, at=AT
    )
    return releases.publish(release=prepared, by=CITIZEN, at=AT)


def parts_of(world: World, case: Case) -> Parts:
    """Parts that lead to things that are there, in the world's own district and unit."""
    at = timezone.now()
    somebody = people.create_user(login="somebody", by=SYSTEM, at=at)
    held = people.appoint(user=somebody, role=Role.SORTER, area=world.district, by=SYSTEM, at=at)
    post = directory.add_post(unit=world.brigade, badge="07", by=SYSTEM, at=at)
    content = Content(areas=[AreaRow(line=2, code="420199", name="新区", parent="420100")])
    batch = proposals.propose(content=content, source="x.xlsx", by=SYSTEM, at=at)
    dispatch = case.dispatches.get()
    sheet = upload("sheet.pdf", pdf())
    [given] = attach(case, dispatch, [sheet], unit=dispatch.unit, by=SYSTEM, at=at)
    item, evidence, changed = _put_right(world, at)
    assert case.rating is not None
    directory.enrol(season=world.season, unit=world.brigade, by=SYSTEM, at=after(days=-60))
    referred = world.case("referred")
    message, proposed = _messages(world, at=at)
    released = a_release(world)
    finding, duty, measure, naming = _accountability(world, at=at)
    organ, recipient, file = _letter(world, at=at)
    return {
        ("results/", "season"): world.season.code,
        ("results/", "group"): world.brigade.group,
        ("results/", "code"): world.brigade.code,
        ("results/", "pk"): str(released.pk),
        ("office/releases/", "pk"): str(released.pk),
        ("", "suffix"): "xlsx",
        ("r/", "code"): world.code,
        ("t/", "text"): case.rating.receipt,
        ("welcome/", "token"): people.issue_link(user=somebody, by=SYSTEM, at=at),
        ("users/", "pk"): str(somebody.pk),
        ("users/", "appointment"): str(held.pk),
        ("", "number"): case.number,
        ("inspectors/", "number"): referred.number,
        ("office/rectification/", "pk"): str(item.of_id),
        ("office/rectification/items/", "pk"): str(item.pk),
        ("office/rectification/items/", "row"): str(evidence.pk),
        ("office/rectification/items/", "key"): "ask-time",
        ("office/improvements/", "pk"): str(changed.pk),
        ("unit/rectification/", "pk"): str(item.pk),
        ("unit/rectification/", "row"): str(evidence.pk),
        ("unit/cases/", "pk"): str(given.pk),
        ("office/cases/", "pk"): str(given.pk),
        ("inspectors/", "pk"): str(given.pk),
        ("unit/cases/", "key"): "answer",
        ("office/cases/", "key"): "dispatch",
        ("inspectors/", "key"): "note",
        ("office/calendar/", "number"): str(_calendar_change(at)),
        ("office/directory/import/", "pk"): str(batch.pk),
        ("office/directory/seasons/", "code"): world.season.code,
        ("office/directory/seasons/", "pk"): str(_text_of_rules(world)),
        ("office/directory/units/", "code"): world.brigade.code,
        ("office/workload/", "code"): world.district.code,
        ("office/directory/posts/", "pk"): str(post.pk),
        ("office/directory/points/", "pk"): str(world.point.pk),
        ("office/marks/", "season"): world.season.code,
        ("office/marks/", "component"): "superiors",
        ("office/marks/", "unit"): world.brigade.code,
        ("office/findings/", "pk"): str(finding.pk),
        ("office/findings/", "key"): "annul",
        ("office/duties/", "pk"): str(duty.pk),
        ("office/duties/", "key"): "decide",
        ("unit/duties/", "pk"): str(_decided_duty(world, at=at)),
        ("office/namings/", "pk"): str(naming.pk),
        ("inspectors/measures/", "pk"): str(measure.pk),
        ("inspectors/measures/", "key"): "reveal",
        ("office/messages/", "pk"): str(message.pk),
        ("office/messages/import/", "pk"): str(proposed.pk),
        ("office/returns/import/", "pk"): str(_returns(world).pk),
        ("office/problems/", "number"): _problem(world, case, at=at),
        ("office/problems/", "key"): "about",
        ("office/requests/", "pk"): str(_request(case).pk),
        ("audit/prying/", "pk"): str(_mark(world, case).pk),
        ("letter", "pk"): str(recipient.letter_id),
        ("letter-files/", "pk"): str(file),
        ("letter/", "recipient"): str(recipient.pk),
        ("office/letters/", "pk"): str(recipient.letter_id),
        ("office/letters/", "recipient"): str(recipient.pk),
        ("office/letters/", "key"): "withdraw",
        ("office/letters/<int:pk>/to/", "key"): "remind",
        ("office/letters/organs/", "pk"): str(organ.pk),
        ("unit/letters/", "pk"): str(recipient.pk),
        ("unit/letters/", "key"): "acknowledge",
        ("scoreboard/", "season"): world.season.code,
        ("scoreboard/", "code"): world.brigade.code,
    }


def _text_of_rules(world: World) -> int:
    """What says by which text the season was laid down."""
    return schemes.begin(world.season, rulebook.scheme("wuhan-2023"), by="t", at=AT).pk


def _calendar_change(at: datetime) -> int:
    """The number of a change of the calendar: a day long past, which moves nothing."""
    change_calendar(days={date(2026, 1, 4): False}, note="t", by=SYSTEM, at=at)
    return latest_change()


def _messages(world: World, *, at: datetime) -> tuple[CitizenMessage, MessageBatch]:
    """A message to the district's unit, and a file of the district's that waits."""
    row = MessageRow(line=2, number="1", sender="A1", subject="s", sent_at=AT, text="t")
    given = {"channel": Channel.MESSAGE_BOARD, "area": world.district, "source": "x.csv"}
    actions.load_messages(rows=[row], **given, by=SYSTEM, at=at)
    waiting = actions.propose_messages(rows=[row], **given, by=SYSTEM, at=at)
    return CitizenMessage.objects.latest("pk"), waiting


def _returns(world: World) -> ReturnBatch:
    """A file of channel returns of the district's unit, entered."""
    row = Return(
        sheet="",
        line=2,
        unit=world.brigade.code,
        channel="sms",
        starts_on=date(2026, 5, 1),
        ends_on=date(2026, 5, 31),
        document="x.csv",
        counts=(1, 0, 0, 0, 0, 0, 0),
    )
    returns.enter_returns(rows=[row], source="x.csv", by=SYSTEM, at=AT)
    return ReturnBatch.objects.get()


def _problem(world: World, case: Case, *, at: datetime) -> str:
    """The number of a problem of the district's with the case in it."""
    by = world.person(Role.CASE_MANAGER)
    problem = actions.open_problem(title="t", area=world.district, by=by, at=at)
    actions.join_problem(problem=problem, case=case, by=by, at=at)
    return problem.number


def _put_right(world: World, at: datetime) -> tuple[RectificationItem, SubmissionFile, Improvement]:
    """An item that the unit reported as put right, its evidence, and an improvement."""
    manager, unit = world.manager, world.brigade
    made = rectification.open_list(title="整改清单", unit=unit, by=manager, at=at)
    item = rectification.add_item(
        of=made, problem="无人", measure="排班", owner="大队长", days=5, by=manager, at=at
    )
    sent = rectification.submit_item(
        item=item, account="已排班", uploads=[upload("a.pdf", pdf())], by=world.unit_admin, at=at
    )
    changed = record_improvement(
        kind="rule_made",
        title="值班制度",
        what="两人一岗",
        unit=unit,
        on=timezone.localdate(at),
        document=upload("b.pdf", pdf()),
        by=manager,
        at=at,
    )
    return item, sent.files.get(), changed


def _request(case: Case) -> DataRequest:
    assert case.rating is not None
    somebody = NamedActor("somebody else")
    return file_request(rating=case.rating, kind=RequestKind.SEE, by=somebody, at=timezone.now())


def _mark(world: World, case: Case) -> PryingMark:
    """The inspector looked at a case that was not referred."""
    at = timezone.now() - TIME_TO_ACT
    reader = world.person(Role.INSPECTOR)
    actions.reveal_contact(case=case, what="phone", reason="看看", by=reader, at=at)
    raise_prying_marks(at=timezone.now())
    return PryingMark.objects.get(case=case, reader=reader.username)


def _accountability(world: World, *, at: datetime) -> tuple[Finding, Duty, Measure, Naming]:
    """On the brigade: a finding, a duty to be decided, a measure, somebody named."""
    found = Found(unit=world.brigade, kind="quality.error", on=AT.date(), what="w")
    finding = findings.record_finding(found=found, by=world.manager, at=at)
    [duty] = accountability.propose(wanted=[_talk(world, "g")], by=SYSTEM, at=at)
    given = Given(
        unit=world.brigade,
        name="某某",
        post="p",
        responsibility="direct",
        kind="education",
        organ="o",
        on=AT.date(),
        origin="other",
    )
    measure = accountability.record_measure(given=given, by=world.inspector, at=at)
    verified = world.case("verified")
    naming = accountability.name_person(
        case=verified, unit=world.brigade, name="某某", by=world.manager, at=at
    )
    return finding, duty, measure, naming


def _talk(world: World, ground: str) -> Proposal:
    """That somebody talks with the brigade's head."""
    return Proposal(
        rule="rule",
        words="w",
        source="s",
        season=world.season,
        what=("talk",),
        on=On.HEAD,
        unit=world.brigade,
        ground=ground,
    )


def _decided_duty(world: World, *, at: datetime) -> int:
    """The key of a duty that the brigade has to do."""
    [duty] = accountability.propose(wanted=[_talk(world, "h")], by=SYSTEM, at=at)
    accountability.decide_duty(duty=duty, outcome="accepted", by=world.manager, at=at)
    return duty.pk


def _letter(world: World, *, at: datetime) -> tuple[Organ, Recipient, int]:
    """A letter of the district's office to the brigade, with a file; who it went to."""
    organ = letters.add_organ(
        name="洪山区治庸办",
        signature="",
        area=world.district,
        desk=Desk.OFFICE,
        prefixes={LetterKind.SUGGESTION: "洪治庸函"},
        by=SYSTEM,
        at=at,
    )
    drafted = letters.draft_letter(
        organ=organ,
        kind=LetterKind.SUGGESTION,
        title="t",
        body="b",
        addressees=[letters.Addressee(world.brigade)],
        uploads=[checked(upload("a.pdf", pdf()))],
        by=world.manager,
        at=at,
    )
    letters.submit_letter(letter=drafted, by=world.manager, at=at)
    letters.issue_letter(letter=drafted, by=world.person(Role.LEADER), at=at)
    return organ, drafted.recipients.get(), drafted.files.get().file_id
