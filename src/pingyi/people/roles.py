"""Roles and what each may do: *who may*, never *whether now*. Pure."""

from __future__ import annotations

from pingyi.kernel.terms import Term


class Role(Term):
    UNIT_ADMIN = "unit_admin", "双评议管理员", "Unit administrator"
    SORTER = "sorter", "分拣员", "Sorter"
    CALLER = "caller", "回访员", "Caller"
    CASE_MANAGER = "case_manager", "案件管理员", "Case manager"
    SCHEME_KEEPER = "scheme_keeper", "方案管理员", "Scheme keeper"
    INSPECTOR = "inspector", "纪检监察人员", "Discipline inspector"
    SQUAD_MEMBER = "squad_member", "督查队员", "Inspection squad member"
    LEADER = "leader", "领导", "Leader"
    SYSTEM_ADMIN = "system_admin", "系统管理员", "System administrator"
    SECURITY_ADMIN = "security_admin", "安全管理员", "Security administrator"
    AUDIT_ADMIN = "audit_admin", "审计管理员", "Audit administrator"


OFFICE = frozenset({Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.SCHEME_KEEPER})
SCOPED_TO_UNIT = frozenset({Role.UNIT_ADMIN})
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员 (等保 2.0 level 3): system, security and audit administrators are three persons. They look
after the whole installation, and are there before its first area is."""

# A permission is `<noun>.<verb>`; whoever holds one holds it within the scope of the appointment.
PERMISSIONS: dict[str, frozenset[Role]] = {
    "case.open": frozenset({Role.SORTER, Role.CASE_MANAGER}),
    "problem.work": frozenset({Role.CASE_MANAGER}),
    "case.sort": frozenset({Role.SORTER, Role.CASE_MANAGER}),
    "case.call": frozenset({Role.CALLER, Role.CASE_MANAGER}),
    "case.check": frozenset({Role.CALLER, Role.CASE_MANAGER}),
    "case.instruct": frozenset({Role.LEADER}),
    "case.move": frozenset({Role.SORTER, Role.CALLER, Role.CASE_MANAGER}),
    "case.dispatch": frozenset({Role.CASE_MANAGER}),
    "case.refer": frozenset({Role.SORTER, Role.CASE_MANAGER}),
    # A lead found once the case was decided: whoever answers her, or looks back, comes upon it.
    "case.refer_late": frozenset({Role.SORTER, Role.CALLER, Role.CASE_MANAGER}),
    "case.answer": frozenset({Role.UNIT_ADMIN}),
    "case.appeal": frozenset({Role.UNIT_ADMIN}),
    "case.investigate": frozenset({Role.INSPECTOR}),
    "case.decide": frozenset({Role.CASE_MANAGER}),
    "case.reply": frozenset({Role.CASE_MANAGER, Role.CALLER}),
    # To record what somebody said who has no receipt to open.
    "case.hear": frozenset({Role.SORTER, Role.CALLER, Role.CASE_MANAGER}),
    # Cases can be given to them to see to.
    "case.see_to": frozenset({Role.SORTER, Role.CALLER, Role.CASE_MANAGER}),
    "case.assign": frozenset({Role.CASE_MANAGER}),
    "case.close": frozenset({Role.CASE_MANAGER}),
    "case.read": OFFICE | {Role.INSPECTOR, Role.LEADER, Role.UNIT_ADMIN},
    # The office's own view of cases, with the rater's words; a unit has another view of its own.
    "case.oversee": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "contact.reveal": frozenset({Role.CALLER, Role.CASE_MANAGER, Role.INSPECTOR}),
    "scoreboard.read": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "scheme.simulate": frozenset({Role.SCHEME_KEEPER, Role.LEADER}),
    "release.read": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "release.prepare": frozenset({Role.SCHEME_KEEPER, Role.CASE_MANAGER}),
    "release.publish": frozenset({Role.SCHEME_KEEPER, Role.CASE_MANAGER, Role.LEADER}),
    "unit.read": OFFICE | {Role.INSPECTOR, Role.LEADER, Role.UNIT_ADMIN},
    "directory.read": OFFICE | {Role.SYSTEM_ADMIN, Role.LEADER, Role.UNIT_ADMIN},
    "directory.change": frozenset({Role.SYSTEM_ADMIN, Role.SCHEME_KEEPER}),
    "code.print": frozenset({Role.UNIT_ADMIN, Role.SYSTEM_ADMIN, *OFFICE}),
    "code.replace": frozenset({Role.UNIT_ADMIN, Role.SYSTEM_ADMIN, Role.CASE_MANAGER}),
    "post.change": frozenset({Role.UNIT_ADMIN, Role.SYSTEM_ADMIN, Role.SCHEME_KEEPER}),
    "season.change": frozenset({Role.SCHEME_KEEPER}),
    # A changed text of a season's scheme takes a second person.
    "scheme.adopt": frozenset({Role.SCHEME_KEEPER, Role.CASE_MANAGER, Role.LEADER}),
    # A unit reads its own once they count. A bonus or veto takes a second person.
    "finding.read": OFFICE | {Role.SQUAD_MEMBER, Role.INSPECTOR, Role.LEADER, Role.UNIT_ADMIN},
    "finding.oversee": OFFICE | {Role.SQUAD_MEMBER, Role.INSPECTOR, Role.LEADER},
    "finding.record": frozenset({Role.CASE_MANAGER, Role.SCHEME_KEEPER, Role.SQUAD_MEMBER}),
    "finding.approve": frozenset({Role.CASE_MANAGER, Role.SCHEME_KEEPER, Role.LEADER}),
    "finding.annul": frozenset({Role.CASE_MANAGER, Role.SCHEME_KEEPER, Role.LEADER}),
    "mark.read": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "mark.enter": frozenset({Role.CASE_MANAGER, Role.SCHEME_KEEPER}),
    # Names of persons held to account: the inspectors alone; a unit what it was told of its own.
    "measure.read": frozenset({Role.INSPECTOR}),
    "measure.record": frozenset({Role.INSPECTOR}),
    "measure.notified": frozenset({Role.UNIT_ADMIN}),
    "person.name": frozenset({Role.CASE_MANAGER, Role.INSPECTOR}),
    "duty.read": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "duty.decide": frozenset({Role.LEADER, Role.CASE_MANAGER}),
    "duty.own": frozenset({Role.UNIT_ADMIN}),
    # Lists of what to put right, and improvements; a unit works its own items.
    "rectification.read": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "rectification.manage": frozenset({Role.CASE_MANAGER}),
    "rectification.work": frozenset({Role.UNIT_ADMIN}),
    "user.read": frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
    "user.create": frozenset({Role.SYSTEM_ADMIN}),
    "user.appoint": frozenset({Role.SECURITY_ADMIN}),
    "audit.read": frozenset({Role.AUDIT_ADMIN}),
    # The oversight office's letters; the inspectors' recommendations are theirs alone.
    "letter.read": OFFICE | {Role.LEADER, Role.INSPECTOR, Role.SQUAD_MEMBER},
    "letter.draft": frozenset({Role.CASE_MANAGER, Role.SQUAD_MEMBER}),
    "letter.issue": frozenset({Role.LEADER, Role.CASE_MANAGER}),
    "letter.recommend": frozenset({Role.INSPECTOR}),
    "letter.reply": frozenset({Role.UNIT_ADMIN}),
    "organ.change": frozenset({Role.SYSTEM_ADMIN, Role.SCHEME_KEEPER}),
    # Looks at raters' contacts that nobody's work explains.
    "prying.review": frozenset({Role.AUDIT_ADMIN}),
    # What a rater asks about her own data, on paper or in person.
    "request.handle": frozenset({Role.CASE_MANAGER}),
    # The city's working days; changed by the city's own office alone (clocks move everywhere).
    "calendar.read": OFFICE | {Role.INSPECTOR, Role.LEADER},
    "calendar.change": frozenset({Role.SCHEME_KEEPER, Role.CASE_MANAGER}),
    "outbox.read": frozenset({Role.CASE_MANAGER, Role.CALLER}),
}


def roles_that_may(permission: str) -> frozenset[Role]:
    """The roles holding `permission`; KeyError for a permission nobody declared."""
    return PERMISSIONS[permission]
