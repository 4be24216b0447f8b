"""Every deed that an address takes by its key, each on a thing in a state in which it is possible.

The things are made by other people than those who walk: what takes somebody new finds them new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from pingyi.accountability import actions as accountability
from pingyi.accountability.actions.duties import Proposal
from pingyi.accountability.actions.measures import Given
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import On, What
from pingyi.audit.actions import SYSTEM
from pingyi.casework import actions
from pingyi.casework.models import Case
from pingyi.demo.cases import Hands, a_case_in
from pingyi.letters import actions as letters
from pingyi.letters.models import Letter, Recipient
from pingyi.letters.states import Desk
from pingyi.letters.states import Kind as LetterKind
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.supervision.actions import findings, rectification, timing
from pingyi.supervision.actions.findings import Found
from pingyi.supervision.models import Finding, RectificationItem
from pingyi.web.components.items import TIME_DEEDS
from pingyi.web.inspectors import measures as measure_pages
from pingyi.web.inspectors import pages as inspectors_pages
from pingyi.web.office import cases as case_pages
from pingyi.web.office import duties as duty_pages
from pingyi.web.office import findings as finding_pages
from pingyi.web.office import letter_recipients, problems
from pingyi.web.office import letters as letter_pages
from pingyi.web.unit import letters as unit_letters
from pingyi.web.unit import pages as unit_pages
from tests.casework.world import World

KEYS: dict[str, Collection[str]] = {
    "office/cases/<case_number:number>/": case_pages.DEEDS,
    "unit/cases/<case_number:number>/": unit_pages.DEEDS,
    "inspectors/<case_number:number>/": inspectors_pages.DEEDS,
    "office/duties/<int:pk>/": duty_pages.DEEDS,
    "office/findings/<int:pk>/": finding_pages.DEEDS,
    "inspectors/measures/<int:pk>/": measure_pages.DEEDS,
    "office/rectification/items/<int:pk>/time/": TIME_DEEDS,
    "office/problems/<slug:number>/": problems.DEEDS,
    "office/letters/<int:pk>/": letter_pages.DEEDS,
    "office/letters/<int:pk>/to/<int:recipient>/": letter_recipients.DEEDS,
    "unit/letters/<int:pk>/": unit_letters.DEEDS,
}
"""The routes that end with a key, without it, and the keys each takes."""

WHY = {"reason": "事出有因"}
PAUSE = {"what": "pause", "days": "", **WHY}


@dataclass
class Scene:
    """The city, and who made what the walkers come upon."""

    world: World
    at: datetime = field(default_factory=timezone.now)

    def by(self, role: Role, **where: Any) -> User:
        return self.world.person(role, nth="-maker", **where)

    @property
    def manager(self) -> User:
        return self.by(Role.CASE_MANAGER)

    @property
    def hands(self) -> Hands:
        return Hands(
            self.by(Role.SORTER), self.by(Role.CALLER), self.manager, self.by(Role.INSPECTOR),
            self.by(Role.UNIT_ADMIN), self.by(Role.CASE_MANAGER, area=self.world.city),
        )  # fmt: skip

    def case(self, end: str, **left: Any) -> Case:
        """A case that began yesterday and stands there."""
        rating = self.world.rate(at=self.at - timedelta(hours=20), **left)
        return a_case_in(end, rating=rating, hands=self.hands, pace=timedelta(hours=1))


@dataclass(frozen=True)
class Asked:
    """A deed: the route without its key, the key, what to put for the parts, what is sent."""

    route: str
    key: str
    parts: Mapping[str, str]
    given: Mapping[str, Any]


def all_deeds(world: World) -> list[Asked]:
    """Every key of every route, on something of the own district and unit."""
    scene = Scene(world)
    return [
        *_of_cases(scene),
        *_of_duties(scene),
        *_of_findings(scene),
        *_of_measures(scene),
        *_of_items(scene),
        *_of_problems(scene),
        *_of_letters(scene),
    ]


# ── cases ────────────────────────────────────────────────────────────

VERDICT = {"finding": "verified", "kind": "conduct", **WHY}
ON_CASES: dict[str, dict[str, tuple[str, Mapping[str, Any]]]] = {
    "office/cases/<case_number:number>/": {
        "assign": ("to_place", {"assignee": "the caller"}),
        "check": ("to_place", {"note": "已查"}),
        "instruct": ("to_place", {"instruction": "抓紧"}),
        "handling": ("to_place", {"ground": "reasonable", "handling": "at_once"}),
        "dispatch": ("to_place", {"words": "请核实整改", "grade": "simple"}),
        "recall": ("with_unit", WHY),
        "refer": ("to_place", WHY),
        "decide": ("to_decide", VERDICT),
        "confirm": ("to_confirm", {}),
        "send-back": ("to_confirm", WHY),
        "review": ("appealed", {"outcome": "dismissed", **WHY}),
        "look-back": ("picked", {"way": "site", "put_right": "yes", "note": "已改"}),
        "pick": ("closed", {"stage": "first"}),
        "ask-time": ("to_place", PAUSE),
        "grant-time": ("asked for more time", {}),
        "refuse-time": ("asked for more time", WHY),
        "resume": ("paused", {}),
        "move": ("to_place", {"unit": "X1", "point": "", **WHY}),
        "confirm-move": ("to be moved", {}),
        "refuse-move": ("to be moved", WHY),
        "reconsider": ("verified", WHY),
        "reply": ("verified", {"text": "已核实"}),
        "second-call": ("replied", {"outcome": "satisfied"}),
        "hear": ("told", {"satisfied": "yes"}),
        "close": ("not judged", {}),
    },
    "unit/cases/<case_number:number>/": {
        "acknowledge": ("with_unit", {}),
        "answer": ("with_unit", {"account": "已核", "measures": "已改"}),
        "appeal": ("verified", {"grounds": "停机"}),
        "ask-time": ("with_unit", PAUSE),
    },
    "inspectors/<case_number:number>/": {
        "note": ("referred", {"note": "已约谈"}),
        "report": ("referred", {"account": "属实"}),
        "conclude": ("sealed", {"account": "属实", "finding": "verified", "kind": "conduct"}),
        "release": ("sealed", WHY),
        "ask-time": ("sealed", PAUSE),
        "grant-time": ("inspectors asked for more time", {}),
        "refuse-time": ("inspectors asked for more time", WHY),
        "resume": ("inspectors paused", {}),
    },
}
"""By route and key: where the case stands, and what is sent."""


def _of_cases(scene: Scene) -> list[Asked]:
    caller = {"assignee": str(scene.by(Role.CALLER).pk)}
    return [
        Asked(route, key, {"number": _stands(scene, where).number},
              caller if key == "assign" else given)
        for route, keys in ON_CASES.items()
        for key, (where, given) in keys.items()
    ]  # fmt: skip


def _stands(scene: Scene, where: str) -> Case:
    """A case that stands there: an end of a walk, or one of a few more."""
    if where in _MORE:
        return _MORE[where](scene)
    return scene.case(where)


def _asked_for_time(scene: Scene) -> Case:
    case = scene.case("to_place")
    actions.ask_for_time(case=case, what="pause", by=scene.manager, at=scene.at, **WHY)
    return case


def _paused(scene: Scene) -> Case:
    case = _asked_for_time(scene)
    second = scene.by(Role.CASE_MANAGER, area=scene.world.city)
    actions.grant_time(case=case, by=second, at=scene.at)
    return case


def _inspectors_asked(scene: Scene) -> Case:
    case = scene.case("sealed")
    inspector = scene.by(Role.INSPECTOR)
    actions.ask_for_time(case=case, what="pause", by=inspector, at=scene.at, **WHY)
    return case


def _inspectors_paused(scene: Scene) -> Case:
    case = _inspectors_asked(scene)
    second = scene.by(Role.INSPECTOR, area=scene.world.city)
    actions.grant_time(case=case, by=second, at=scene.at)
    return case


def _to_be_moved(scene: Scene) -> Case:
    case = scene.case("to_place")
    given = {"unit": scene.world.other_unit, "reason": "武昌区的事"}
    actions.propose_move(case=case, by=scene.manager, at=scene.at, **given)
    return case


def _told(scene: Scene) -> Case:
    """Of somebody who spoke up without a phone, and was answered."""
    hands, at = scene.hands, scene.at - timedelta(hours=9)
    case = actions.open_case_by_hand(
        unit=scene.world.brigade, origin="petition", dated=timezone.localdate(at), summary="推诿",
        by=hands.sorter, at=at,
    )  # fmt: skip
    actions.sort_case(case=case, kind="conduct", note="", by=hands.sorter, at=at)
    actions.note_check(case=case, note="已查", stands=True, by=hands.caller, at=at)
    actions.decide_case(case=case, by=hands.manager, at=at, **VERDICT)
    actions.reply_to_citizen(case=case, text="已核实", by=hands.caller, at=at)
    return case


_MORE: dict[str, Callable[[Scene], Case]] = {
    "asked for more time": _asked_for_time,
    "paused": _paused,
    "inspectors asked for more time": _inspectors_asked,
    "inspectors paused": _inspectors_paused,
    "to be moved": _to_be_moved,
    "told": _told,
    "not judged": lambda scene: scene.case("replied", phone=None, matter=None),
}


# ── duties, findings, measures, items ────────────────────────────────


def _duty(scene: Scene, ground: str, *, decided: bool = True, explains: bool = False) -> Duty:
    wanted = Proposal(
        rule="rule", words="w", source="s", season=scene.world.season,
        what=(What.EXPLAIN,) if explains else ("talk",), on=On.HEAD,
        unit=scene.world.brigade, ground=ground,
    )  # fmt: skip
    [duty] = accountability.propose(wanted=[wanted], by=SYSTEM, at=scene.at)
    if decided:
        accountability.decide_duty(duty=duty, outcome="accepted", by=scene.manager, at=scene.at)
    return duty


def _of_duties(scene: Scene) -> list[Asked]:
    route, today = "office/duties/<int:pk>/", timezone.localdate(scene.at)
    asked, paused = _duty(scene, "asked"), _duty(scene, "paused")
    for duty in (asked, paused):
        accountability.ask_for_time(duty=duty, what="pause", by=scene.manager, at=scene.at, **WHY)
    other = scene.by(Role.LEADER)
    accountability.grant_time(duty=paused, by=other, at=scene.at)
    promised = _duty(scene, "promised", explains=True)
    accountability.fulfil_duty(
        duty=promised, on=today, place="电话", promised=today, by=scene.manager, at=scene.at
    )
    things: dict[str, tuple[Duty, Mapping[str, Any]]] = {
        "decide": (_duty(scene, "new", decided=False), {"outcome": "accepted"}),
        "fulfil": (_duty(scene, "decided"), {"on": f"{today}", "place": "会上"}),
        "keep": (promised, {}),
        "ask-time": (_duty(scene, "running"), PAUSE),
        "grant-time": (asked, {}),
        "refuse-time": (asked, WHY),
        "resume": (paused, {}),
    }
    return [Asked(route, key, {"pk": str(one.pk)}, given) for key, (one, given) in things.items()]


def _of_findings(scene: Scene) -> list[Asked]:
    today = timezone.localdate(scene.at)

    def found(kind: str, what: str) -> Finding:
        given = Found(unit=scene.world.brigade, kind=kind, on=today, what=what)
        return findings.record_finding(found=given, by=scene.manager, at=scene.at)

    corrected = {"kind": "quality.error", "on": f"{today}", "what": "更正", **WHY}
    things: dict[str, tuple[Finding, Mapping[str, Any]]] = {
        "approve": (found("veto", "其一"), {}),
        "refuse": (found("veto", "其二"), WHY),
        "annul": (found("quality.error", "其三"), WHY),
        "correct": (found("quality.error", "其四"), corrected),
    }
    return [
        Asked("office/findings/<int:pk>/", key, {"pk": str(one.pk)}, given)
        for key, (one, given) in things.items()
    ]


def _of_measures(scene: Scene) -> list[Asked]:
    given = Given(
        unit=scene.world.brigade, name="某某", post="p", responsibility="direct", kind="education",
        organ="o", on=date(2026, 6, 1), origin="other",
    )  # fmt: skip
    by = scene.by(Role.INSPECTOR)
    measure = accountability.record_measure(given=given, by=by, at=scene.at)
    parts = {"pk": str(measure.pk)}
    return [
        Asked("inspectors/measures/<int:pk>/", key, parts, {} if key == "notify" else WHY)
        for key in measure_pages.DEEDS
    ]


def _item(scene: Scene) -> RectificationItem:
    unit, manager = scene.world.brigade, scene.manager
    made = rectification.open_list(title="整改清单", unit=unit, by=manager, at=scene.at)
    return rectification.add_item(
        of=made, problem="无人", measure="排班", owner="大队长", days=5, by=manager, at=scene.at
    )


def _of_items(scene: Scene) -> list[Asked]:
    asked, paused = _item(scene), _item(scene)
    for item in (asked, paused):
        timing.ask_for_time(item=item, what="pause", by=scene.manager, at=scene.at, **WHY)
    second = scene.by(Role.CASE_MANAGER, area=scene.world.city)
    timing.grant_time(item=paused, by=second, at=scene.at)
    things: dict[str, tuple[RectificationItem, Mapping[str, Any]]] = {
        "ask-time": (_item(scene), PAUSE),
        "grant-time": (asked, {}),
        "refuse-time": (asked, WHY),
        "resume": (paused, {}),
    }
    return [
        Asked("office/rectification/items/<int:pk>/time/", key, {"pk": str(one.pk)}, given)
        for key, (one, given) in things.items()
    ]


# ── problems, letters ────────────────────────────────────────────────


def _of_problems(scene: Scene) -> list[Asked]:
    letter = _letter(scene, issue=False)

    def problem(end: str) -> tuple[str, str]:
        case = scene.case(end)
        made = actions.open_problem(
            title="排队", area=scene.world.district, by=scene.manager, at=scene.at
        )
        actions.join_problem(problem=made, case=case, by=scene.manager, at=scene.at)
        return made.number, case.number

    leaves = problem("to_place")
    things: dict[str, tuple[str, Mapping[str, Any]]] = {
        "check": (problem("to_place")[0], {"text": "已查"}),
        "dispatch": (problem("to_place")[0], {"text": "请核实整改", "grade": "simple"}),
        "decide": (problem("to_decide")[0], {"finding": "verified", "kind": "conduct",
                                             "text": "属实"}),
        "reply": (problem("verified")[0], {"text": "已核实"}),
        "about": (problem("to_place")[0], {"title": "排队太久"}),
        "leave": (leaves[0], {"case": leaves[1], **WHY}),
        "letter": (problem("to_place")[0], {"letter": str(letter.pk)}),
        "close": (problem("closed")[0], {"outcome": "已增设窗口"}),
    }  # fmt: skip
    return [
        Asked("office/problems/<slug:number>/", key, {"number": number}, given)
        for key, (number, given) in things.items()
    ]


def _organ(scene: Scene) -> Any:
    from pingyi.letters.models import Organ

    return Organ.objects.filter(area=scene.world.district).first() or letters.add_organ(
        name="洪山区治庸办", signature="", area=scene.world.district, desk=Desk.OFFICE,
        prefixes={LetterKind.SUGGESTION: "洪治庸函"}, by=SYSTEM, at=scene.at,
    )  # fmt: skip


def _letter(scene: Scene, *, submit: bool = True, issue: bool = True) -> Letter:
    letter = letters.draft_letter(
        organ=_organ(scene), kind=LetterKind.SUGGESTION, title="t", body="b",
        addressees=[letters.Addressee(scene.world.brigade)],
        by=scene.manager, at=scene.at,
    )  # fmt: skip
    if submit:
        letters.submit_letter(letter=letter, by=scene.manager, at=scene.at)
    if issue:
        letters.issue_letter(letter=letter, by=scene.by(Role.LEADER), at=scene.at)
    return letter


def _received(scene: Scene, *, replied: bool = False, asked: bool = False) -> Recipient:
    recipient = _letter(scene).recipients.get()
    if replied:
        by = scene.by(Role.UNIT_ADMIN)
        letters.reply_to_letter(recipient=recipient, text="已办", by=by, at=scene.at)
    if asked:
        letters.ask_for_days(recipient=recipient, days=2, by=scene.manager, at=scene.at, **WHY)
    return recipient


def _of_letters(scene: Scene) -> list[Asked]:
    more = {"days": "2", **WHY}
    written: dict[str, tuple[Letter, Mapping[str, Any]]] = {
        "submit": (_letter(scene, submit=False, issue=False), {}),
        "issue": (_letter(scene, issue=False), {}),
        "send_back": (_letter(scene, issue=False), WHY),
        "withdraw": (_letter(scene), WHY),
        "drop": (_letter(scene, submit=False, issue=False), {}),
    }
    sent: dict[str, tuple[Recipient, Mapping[str, Any]]] = {
        "accept": (_received(scene, replied=True), {}),
        "return": (_received(scene, replied=True), WHY),
        "ask-time": (_received(scene), more),
        "grant-time": (_received(scene, asked=True), {}),
        "refuse-time": (_received(scene, asked=True), WHY),
        "remind": (_received(scene), {}),
    }
    received: dict[str, tuple[Recipient, Mapping[str, Any]]] = {
        "acknowledge": (_received(scene), {}),
        "ask-time": (_received(scene), more),
        "reply": (_received(scene), {"text": "已办"}),
    }
    return [
        *(
            Asked("office/letters/<int:pk>/", key, {"pk": str(one.pk)},
                  {"revision": str(one.revision), **given})
            for key, (one, given) in written.items()
        ),
        *(
            Asked("office/letters/<int:pk>/to/<int:recipient>/", key,
                  {"pk": str(one.letter_id), "recipient": str(one.pk)}, given)
            for key, (one, given) in sent.items()
        ),
        *(
            Asked("unit/letters/<int:pk>/", key, {"pk": str(one.pk)}, given)
            for key, (one, given) in received.items()
        ),
    ]  # fmt: skip
