"""Words of holding to account: measures on persons, duties and what became of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pingyi.kernel.terms import Term


class Responsibility(Term):
    DIRECT = "direct", "直接责任", "Direct"
    MAIN = "main", "主要领导责任", "Main"
    LEADERSHIP = "leadership", "重要领导责任", "Leadership"


class Family(Term):
    """What kind of act a measure is, for counts."""

    EDUCATION = "education", "教育提醒", "Education and reminder"
    ORGANISATIONAL = "organisational", "组织处理", "Organisational measure"
    SANCTION = "sanction", "政务处分", "Administrative sanction"
    PARTY = "party", "党纪处分", "Party discipline"
    INVESTIGATION = "investigation", "立案审查调查", "Formal investigation"


class MeasureKind(Term):
    """A measure on a person (DOMAIN §1.18), mildest first within its family."""

    EDUCATION = "education", "批评教育", "Criticism and education"
    REMINDER_TALK = "reminder_talk", "谈话提醒", "Reminder talk"
    WARNING_TALK = "warning_talk", "警示谈话", "Warning talk"
    REVIEW = "written_review", "责令检查", "Written self-examination"
    ADMONITION = "admonition", "诫勉谈话", "Admonition talk"
    CIRCULATED = "circulated", "通报批评", "Criticised in a circular"
    NO_EXCELLENT = "no_excellent", "取消评优资格", "Barred from “excellent”"
    TRAINING = "training", "离岗培训", "Training off the post"
    TRANSFER = "transfer", "调整岗位", "Transferred"
    SUSPENSION = "suspension", "停职检查", "Suspended"
    RESIGNATION = "resignation", "责令辞职", "Ordered to resign"
    REMOVAL_PROPOSED = "removal_proposed", "免职建议", "Removal recommended"
    REMOVAL = "removal", "免职", "Removed from the post"
    DISMISSAL = "dismissal", "辞退", "Dismissed"
    WARNING = "warning", "政务警告", "Administrative warning"
    DEMERIT = "demerit", "政务记过", "Demerit"
    MAJOR_DEMERIT = "major_demerit", "政务记大过", "Major demerit"
    DEMOTION = "demotion", "政务降级", "Demotion"
    POST_REMOVED = "post_removed", "政务撤职", "Removal as a sanction"
    DISCHARGE = "discharge", "开除公职", "Discharged from public office"
    PARTY_WARNING = "party_warning", "党内警告", "Party warning"
    PARTY_SERIOUS = "party_serious_warning", "党内严重警告", "Serious party warning"
    PARTY_POST = "party_post_removed", "撤销党内职务", "Removed from party posts"
    PARTY_PROBATION = "party_probation", "留党察看", "Party probation"
    PARTY_EXPULSION = "party_expulsion", "开除党籍", "Expelled from the party"
    INVESTIGATION = "investigation", "立案审查调查", "Formal investigation"

    @property
    def family(self) -> Family:
        return next(family for family, kinds in FAMILIES.items() if self in kinds)


_ORDER = list(MeasureKind)


def _between(first: MeasureKind, last: MeasureKind) -> frozenset[MeasureKind]:
    return frozenset(_ORDER[_ORDER.index(first) : _ORDER.index(last) + 1])


FAMILIES: dict[Family, frozenset[MeasureKind]] = {
    Family.EDUCATION: _between(MeasureKind.EDUCATION, MeasureKind.ADMONITION),
    Family.ORGANISATIONAL: _between(MeasureKind.CIRCULATED, MeasureKind.DISMISSAL),
    Family.SANCTION: _between(MeasureKind.WARNING, MeasureKind.DISCHARGE),
    Family.PARTY: _between(MeasureKind.PARTY_WARNING, MeasureKind.PARTY_EXPULSION),
    Family.INVESTIGATION: frozenset({MeasureKind.INVESTIGATION}),
}


class Origin(Term):
    """What a measure goes back to."""

    CASE = "case", "差评案件", "Case"
    FINDING = "finding", "监督事项", "Finding"
    RELEASE = "release", "通报或年度结果", "Bulletin or season result"
    LETTER = "letter", "函件", "Letter"
    OTHER = "other", "其他", "Other"


class MeasureRulingKind(Term):
    NOTIFIED = "notified", "已告知单位", "Unit notified"
    ANNULLED = "annulled", "撤销", "Annulled"


class What(Term):
    """What the rules say should follow; the codes are those of the rulebook."""

    APOLOGISE_IN_PERSON = "apologise_in_person", "负责人当面道歉", "Head apologises in person"
    APOLOGISE_IN_PUBLIC = "apologise_in_public", "负责人公开道歉", "Head apologises in public"
    APOLOGISE_JOINTLY = (
        "apologise_jointly",
        "负责人联合公开道歉",
        "Heads apologise together in public",
    )
    TALK = "talk", "约谈负责人并公开", "Head summoned for a talk, made public"
    WARNING_TALK = "warning_talk", "警示谈话", "Warning talk"
    NO_EXCELLENT = "no_excellent", "年度考核不评优秀", "No “excellent” in the yearly appraisal"
    INCOMPETENT = "incompetent", "年度考核定为不称职", "Appraised as incompetent"
    TRAINING = "training", "离岗培训", "Training off the post"
    TRANSFER = "transfer", "调离岗位", "Transfer to another post"
    WARNING = "warning", "给予警告", "Warning"
    HEAVIER = "heavier_measure", "给予更重处分", "A heavier measure"
    DISMISSAL = "dismissal_recommended", "建议免职或辞退", "Dismissal recommended"
    NAMED = "named", "通报点名、大会检讨", "Named; self-criticism at the city meeting"
    HEAD_ACCOUNTABLE = "head_accountable", "追究负责人责任", "Head held to account"
    PARENT_LOSES = (
        "parent_loses_points",
        "主管单位绩效考评扣分",
        "Parent loses points in its assessment",
    )
    PARENT_EXAMINED = (
        "parent_examined",
        "倒查主管单位责任",
        "Parent's responsibility examined",
    )
    EXPLAIN = (
        "explain_and_promise",
        "负责人向当事人说明并承诺日期",
        "Head explains to the person and promises a date",
    )
    COMMENDED = "commended", "通报表扬", "Commended in a circular"
    HEAD_REPLACED = "head_replaced", "更换主要负责人", "Head replaced"


APOLOGIES = frozenset({What.APOLOGISE_IN_PERSON, What.APOLOGISE_IN_PUBLIC, What.APOLOGISE_JOINTLY})


PUBLIC = frozenset({What.NAMED, What.TALK, What.PARENT_LOSES, What.PARENT_EXAMINED, What.COMMENDED})
"""What befalls a unit, or is public by the rule's own word (DOMAIN §1.10, §1.23); all else is a
matter of one office-holder, whom everybody could name (A)."""


def whats(codes: str) -> Iterator[What]:
    """The terms of comma-joined codes; what this version does not know is passed over."""
    known = {str(what) for what in What}
    return (What(code) for code in codes.split(",") if code in known)


class On(Term):
    UNIT = "unit", "单位", "Unit"
    HEAD = "head", "负责人", "Head"
    PARENT = "parent", "主管单位", "Parent"
    PERSON = "person", "个人", "Person"
    WINDOW = "window", "窗口", "Window"


class State(Term):
    PROPOSED = "proposed", "待决定", "To be decided"
    ACCEPTED = "accepted", "待落实", "To be carried out"
    DONE = "done", "已落实", "Done"
    WAIVED = "waived", "不采取", "Waived"
    LAPSED = "lapsed", "依据已变，撤回", "Lapsed: its ground is gone"


class Outcome(Term):
    ACCEPTED = "accepted", "同意所提", "As proposed"
    OTHER = "other", "改为其他措施", "Something else"
    WAIVED = "waived", "不采取", "Waived"
