"""Referrals: notes, findings, a verdict under embargo, and the release."""

import pytest

from pingyi.casework.actions import (
    conclude_case,
    decide_case,
    note_investigation,
    refer_case,
    release_embargo,
    reply_to_citizen,
    report_findings,
)
from pingyi.casework.models import Case
from pingyi.casework.policies import last_report
from pingyi.casework.reasons import EMBARGO, NOT_EMBARGOED, NOT_IN_STATE, Incomplete, NotNow
from pingyi.casework.timeline import timeline
from pingyi.notices.queries import inbox_of
from tests.casework.test_sorting import clocks
from tests.casework.world import World, after

LATER = after(days=3)


def test_findings_of_a_plain_referral_come_back_to_the_office(world: World):
    case = world.case("referred")
    note_investigation(case=case, note="约谈", by=world.inspector, at=LATER)
    made = report_findings(case=case, account="属实", by=world.inspector, at=LATER)
    assert made.is_finding
    assert [n.is_finding for n in case.referrals.get().notes.all()] == [False, True]
    assert Case.objects.get().state == "to_decide"
    assert clocks(case)["referral"] == "met"
    with pytest.raises(NotNow) as refused:
        release_embargo(case=case, reason="x", by=world.inspector, at=LATER)
    assert refused.value.reason == NOT_IN_STATE


def test_a_verdict_may_be_proposed_with_the_report(world: World):
    case = world.case("referred")
    told = {"case": case, "account": "监控可见其推诿", "by": world.inspector, "at": LATER}
    for finding, kind, field in (
        ("verified", "", "kind"),
        ("", "conduct", "finding"),
        ("verified", "malicious", "kind"),
    ):
        with pytest.raises(Incomplete) as refused:
            report_findings(finding=finding, kind=kind, **told)
        assert refused.value.reason.field == field
    assert Case.objects.get().state == "referred"
    assert last_report(case) is None
    made = report_findings(finding="partly", kind="process", **told)
    assert (made.proposed_finding, made.proposed_kind) == ("partly", "process")
    assert last_report(case) == made
    assert not case.verdicts.exists(), "the office decides"
    office = [entry.detail for entry in timeline(case, "office")]
    assert any("监控可见其推诿\n建议认定：部分属实 · 程序" in said for said in office)
    assert not any("建议认定" in entry.detail for entry in timeline(case, "unit"))


def test_a_plain_referral_is_not_concluded_by_the_inspectors(world: World):
    case = world.case("referred")
    given = {"account": "属实", "finding": "verified", "kind": "conduct"}
    with pytest.raises(NotNow) as refused:
        conclude_case(case=case, by=world.inspector, at=LATER, **given)
    assert refused.value.reason == NOT_EMBARGOED


def test_under_embargo_the_office_does_nothing_and_nothing_is_reported(world: World):
    case = world.case("sealed")
    with pytest.raises(NotNow) as refused:
        report_findings(case=case, account="属实", by=world.inspector, at=LATER)
    assert refused.value.reason == EMBARGO


def test_released_before_the_end_it_goes_the_usual_way(world: World):
    case = world.case("sealed")
    release_embargo(case=case, reason="已固定证据", by=world.inspector, at=LATER)
    case = Case.objects.get()
    assert (case.state, case.embargoed) == ("referred", False)
    referral = case.referrals.get()
    assert (referral.released_at, referral.released_by, referral.release_reason) == (
        LATER, world.inspector.username, "已固定证据",
    )  # fmt: skip
    assert referral.embargoed, "that it was under embargo stays a fact"
    report_findings(case=case, account="属实", by=world.inspector, at=LATER)
    assert case.state == "to_decide"


def test_concluded_under_embargo_it_waits_for_its_release(world: World):
    case = world.case("sealed")
    verdict = conclude_case(
        case=case, account="属实", finding="verified", kind="conduct", by=world.inspector, at=LATER
    )
    assert (verdict.finding, verdict.kind, verdict.by) == (
        "verified", "conduct", world.inspector.username,
    )  # fmt: skip
    case = Case.objects.get()
    assert (case.state, case.embargoed) == ("to_reply", True)
    assert not case.clocks.running().exists()
    with pytest.raises(NotNow) as refused:
        reply_to_citizen(case=case, text="已查", by=world.manager, at=LATER)
    assert refused.value.reason == EMBARGO
    release_embargo(case=case, reason="结案", by=world.inspector, at=LATER)
    assert [clock.rule for clock in case.clocks.running()] == ["reply"]
    reply_to_citizen(case=case, text="已查", by=world.manager, at=LATER)
    assert Case.objects.get().state == "replied"


@pytest.mark.parametrize(("finding", "kind"), [("void", "malicious"), ("unfounded", "process")])
def test_under_embargo_nobody_alone_takes_the_raters_word_away(
    world: World, finding: str, kind: str
):
    case = world.case("sealed")
    with pytest.raises(Incomplete) as refused:
        conclude_case(
            case=case, account="x", finding=finding, kind=kind, by=world.inspector, at=LATER
        )
    assert refused.value.reason.code == "takes_two"
    release_embargo(case=case, reason="线索不实", by=world.inspector, at=LATER)
    report_findings(case=case, account="未发现收费", by=world.inspector, at=LATER)
    decide_case(
        case=case, finding=finding, kind=kind, reason="查无此事", by=world.manager, at=LATER
    )
    assert case.state == "to_confirm"


def test_under_embargo_nothing_of_another_body_is_verified(world: World):
    case = world.case("sealed")
    with pytest.raises(Incomplete) as refused:
        conclude_case(
            case=case,
            account="x",
            finding="verified",
            kind="not_ours",
            by=world.inspector,
            at=LATER,
        )
    assert (refused.value.reason.code, refused.value.reason.field) == ("unfit_kind", "kind")
    assert not case.verdicts.exists()


def test_the_unit_is_not_told_again_of_what_it_knew_before_the_sealing(world: World):
    case = world.case("reopened")
    told = inbox_of(world.unit_admin).filter(text__contains="涉及贵单位的认定").count()
    assert told == 1
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=LATER)
    release_embargo(case=case, reason="线索不实", by=world.inspector, at=after(days=9))
    assert inbox_of(world.unit_admin).filter(text__contains="涉及贵单位的认定").count() == told


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda c, w: note_investigation(case=c, note="", by=w.inspector, at=LATER), "note"),
        (lambda c, w: report_findings(case=c, account="", by=w.inspector, at=LATER), "account"),
        (lambda c, w: release_embargo(case=c, reason="", by=w.inspector, at=LATER), "reason"),
        (
            lambda c, w: conclude_case(
                case=c, account="a", finding="", kind="conduct", by=w.inspector, at=LATER
            ),
            "finding",
        ),
        (
            lambda c, w: conclude_case(
                case=c, account="a", finding="partly", kind="", by=w.inspector, at=LATER
            ),
            "kind",
        ),
    ],
)
def test_what_must_be_said(world: World, call, field):
    case = world.case("sealed")
    with pytest.raises(Incomplete) as refused:
        call(case, world)
    assert refused.value.reason.field == field


def test_findings_are_evidence(world: World):
    from pingyi.demo.cases import walk

    case = world.case("unsorted", rating=world.rate(phone=None))
    walk(case, ["sort", "refer", "report"], hands=world.hands, at=after(hours=2))
    decide_case(
        case=case, finding="verified", kind="conduct", reason="属实", by=world.manager, at=LATER
    )
    assert case.state == "to_reply"
