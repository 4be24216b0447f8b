"""What a scheme file says, typed: one class per kind of clause, and the `Scheme` they make up.

These classes are the file format: docs/schemes/scheme.schema.json is generated from them.
Numbers are exact decimals; no value here is ever a float.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pingyi.rulebook.levels import Level

Text = Annotated[str, Meta(pattern=r"\S")]
"""Something must be said: spaces alone do not count."""

CountOf = Annotated[int, Meta(ge=0)]
MonthDay = Annotated[
    str,
    Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", description="month-day, as 03-01"),
]
Series = Annotated[int, Meta(ge=1, le=5, description="leading digit of the reasons' codes")]


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every clause says of itself. Its id is the name of its table in the file."""

    id: str = ""
    zh: Annotated[Text, Meta(description="the rule's text in Chinese")]
    source: Annotated[Text, Meta(description="document and clause it is taken from")]
    assumed: Annotated[bool, Meta(description="our assumption, not read in a source")] = False


class Title(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scheme's name for people."""

    zh: Text
    en: Text


class Season(Clause, frozen=True, kw_only=True):
    """By convention, the days between which ratings of a year count, both included."""

    starts: MonthDay
    ends: MonthDay


class Scale(Clause, frozen=True, kw_only=True):
    """The levels a rater is shown."""

    shown: Annotated[tuple[Level, ...], Meta(min_length=2)]


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level's words, and the series of reasons offered with it."""

    id: str = ""
    zh: Text
    en: Text
    source: Text
    assumed: bool = False
    reasons: tuple[Series, ...] = ()


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One indicator (评价指标) a rater may tick; `core` ones are shown first."""

    code: str = ""
    zh: Text
    en: Text
    source: Text
    assumed: bool = False
    core: bool = False


class Rate(Clause, frozen=True, kw_only=True):
    """How ratings become a satisfaction rate.

    bad_counts "raw": each bad rating counts as given. "verified": only once verified; one that is
    not stands outside the rate altogether. Void and withdrawn ratings are never counted.
    """

    satisfied: Annotated[tuple[Level, ...], Meta(min_length=1)]
    bad_counts: Literal["raw", "verified"]
    defaults: Literal["left_out", "as_satisfied"]
    voids: Literal["left_out"]


class Component(Clause, frozen=True, kw_only=True):
    """A weighted part of the score: the satisfaction rate over `channels`, or a measured mark.

    `weight` holds for every group that does not give weights of its own.
    """

    weight: Annotated[Decimal, Meta(description="points at a rate of 100 %")] | None = None
    channels: Annotated[
        tuple[str, ...], Meta(description="channels whose ratings it takes together")
    ] = ()
    all_channels: bool = False
    measured: Annotated[bool, Meta(description="takes a mark of 0 to 100 from outside")] = False


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units that are ranked against one another; `weights` by component, in points."""

    id: str = ""
    zh: Text
    en: Text
    source: Text
    assumed: bool = False
    weights: Mapping[str, Decimal] | None = None


class Base(Clause, frozen=True, kw_only=True):
    """Points every unit starts from."""

    points: Decimal


class Bound(Clause, frozen=True, kw_only=True):
    """What a total cannot fall below (floor) or rise above (ceiling), in points."""

    points: Decimal


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the `nth` event of its kind on, each counts `each` points."""

    nth: Annotated[int, Meta(ge=2)]
    each: Decimal


class EventPoints(Clause, frozen=True, kw_only=True):
    """Points for each event of a kind: the same for each, by steps, or as approved (bonus).

    `cap` bounds the size of the clause's line: -30 means never more than 30 points lost.
    """

    event: Text
    each: Decimal | None = None
    as_approved: bool = False
    steps: tuple[Step, ...] = ()
    cap: Decimal | None = None


class Veto(Clause, frozen=True, kw_only=True):
    """一票否决: one such event ranks a unit after all others."""

    event: Text


class Missing(Clause, frozen=True, kw_only=True):
    """What happens to a component without a mark or with fewer than `min_ratings` ratings.

    redistribute: its weight goes to the unit's other components in proportion · neutral: it earns
    `neutral` per cent of its weight · exclude: the unit gets no total.
    """

    rule: Literal["redistribute", "neutral", "exclude"]
    min_ratings: Annotated[int, Meta(ge=1)] = 1
    neutral: Annotated[Decimal, Meta(description="per cent")] | None = None


class Rounding(Clause, frozen=True, kw_only=True):
    """How each line is rounded, once. Halves go away from zero: 0.125 → 0.13, -0.125 → -0.13."""

    decimals: Annotated[int, Meta(ge=0, le=6)]
    mode: Literal["half_up"]


class Ties(Clause, frozen=True, kw_only=True):
    """What orders equal totals, first key first; units equal on every key share a rank."""

    keys: tuple[Literal["satisfaction_rate", "ratings"], ...]


class Grade(Clause, frozen=True, kw_only=True):
    """A grade for totals of at least `at_least` and below `below`."""

    title: Annotated[Title | None, Meta(description="what the grade is called; else its id")] = None
    at_least: Decimal | None = None
    below: Decimal | None = None


class Honour(Clause, frozen=True, kw_only=True):
    """A place among the first or last of a group.

    At most `number` units, and at most `share` of those with a total, rounded as `round` says.
    From the top a tie over the edge is let in, from the bottom it names nobody.
    """

    title: Annotated[Title | None, Meta(description="what the honour is called; else its id")] = (
        None
    )
    end: Annotated[Literal["top", "bottom"], Meta(description="which end of the ranking")]
    number: Annotated[int, Meta(ge=1)] | None = None
    share: Decimal | None = None
    round: Literal["up", "down"] = "down"
    grade: Annotated[str, Meta(description="the grade a unit must have")] | None = None
    vetoed: Annotated[Literal["included", "excluded"], Meta(description="vetoed units")] = (
        "excluded"
    )


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must hold of a unit's result in one season: everything that is given here."""

    honour: str | None = None
    place_from_last: Annotated[int, Meta(ge=1, description="among so many last ones")] | None = None
    grade_not: Annotated[str, Meta(description="has a grade, and not this one")] | None = None


class Consequence(Clause, frozen=True, kw_only=True):
    """What follows from a result: `what` befalls whom (`on`).

    `when` is asked of this season, `before` of the season before; `growth_below` (0.05 = 5 %) of
    the total's growth on that season's.
    """

    what: Text
    on: Literal["unit", "head", "parent"]
    when: Condition
    before: Condition | None = None
    growth_below: Decimal | None = None
    why: Annotated[str, Meta(description="in English; may use {season} and {before}")]


class Weighed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A panel of a mass rating (测评界别), or one of the dimensions it judges, and its weight
    among the others of its kind that gave ballots."""

    id: str = ""
    zh: Text
    en: Text
    source: Text
    assumed: bool = False
    weight: Decimal


class BallotMark(Clause, frozen=True, kw_only=True):
    """What a ballot of a level is worth in a mass rating, of 100. Its id is the level's name."""

    points: Decimal


Duty = Literal[
    "explain_and_promise",
    "apologise_in_person",
    "apologise_in_public",
    "apologise_jointly",
    "talk",
    "warning_talk",
    "no_excellent",
    "incompetent",
    "training",
    "transfer",
    "warning",
    "heavier_measure",
    "dismissal_recommended",
]


class Rung(Clause, frozen=True, kw_only=True):
    """A rung of the first-responsibility ladder (首问责任制): what befalls a person whom so many
    valid complaints name within so many years, counted back from the latest."""

    complaints: Annotated[int, Meta(ge=1)]
    within_years: Annotated[int, Meta(ge=1)]
    what: Annotated[tuple[Duty, ...], Meta(min_length=1)]


Found = Literal[
    "monitoring.violation",
    "covert_check.violation",
    "administrative_fault",
    "quality.error",
    "discipline.breach",
    "criticism",
    "exposure",
    "bonus",
    "veto",
]
"""The kinds of finding (supervision/kinds.py)."""


class Apology(Clause, frozen=True, kw_only=True):
    """When a unit's head apologises, and how: for `complaints` valid ones in a season (the rule
    that asks for most is the one that holds), or for any finding of these kinds.

    `units`: the rule holds from so many units on that were found in one matter, or whose valid
    complaints are joined in one problem; their heads act together.
    """

    what: Duty
    complaints: Annotated[int, Meta(ge=1)] | None = None
    findings: tuple[Found, ...] = ()
    units: Annotated[int, Meta(ge=1)] = 1


class Explanation(Clause, frozen=True, kw_only=True):
    """When a unit's leader explains to the person and promises a date: for a case that the unit
    answered after one of these `clocks` ran out, or has not answered since, and for a valid
    complaint whose rater ticked one of these `reasons`."""

    what: Literal["explain_and_promise"]
    clocks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Bulletin(Clause, frozen=True, kw_only=True):
    """What befalls the heads of a group's last `places` units in a bulletin's own period."""

    places: Annotated[int, Meta(ge=1)]
    what: Duty


class Commendation(Clause, frozen=True, kw_only=True):
    """Whom a season's result commends (通报表扬): units that are given the `honour`; or of each
    group the `number` best windows, or people by their badges, among those with `min_ratings` and
    more whose rate is better than their group's beyond luck.

    `public`: windows by name and people by badge alone stand on the public pages once decided on;
    units always do.
    """

    what: Literal["commended"]
    of: Literal["units", "windows", "people"] = "units"
    honour: str | None = None
    number: Annotated[int, Meta(ge=1)] | None = None
    min_ratings: Annotated[int, Meta(ge=1)] | None = None
    public: bool = False


class Releases(Clause, frozen=True, kw_only=True):
    """How often a bulletin comes out, and how many of a group's first and last a release lists;
    both can be chosen otherwise when one is prepared."""

    bulletin: Literal["weekly", "half_monthly", "monthly"]
    listed: Annotated[int, Meta(ge=1, le=100)]


Verdict = Literal["verified", "partly", "unfounded", "void"]
Kind = Literal["conduct", "process", "facility", "policy", "not_ours", "mistaken", "malicious"]


class Verdicts(Clause, frozen=True, kw_only=True):
    """Which verdicts on bad ratings cost the unit points."""

    cost_points: tuple[Verdict, ...]
    kinds: tuple[Kind, ...]
    again_if_look_back_fails: bool


class ClockRule(Clause, frozen=True, kw_only=True):
    """A deadline's length. Days count from the next day; hours are clock time."""

    amount: Annotated[int, Meta(ge=1)]
    unit: Literal["hours", "days", "working_days"]
    may_pause: Annotated[
        bool, Meta(description="whether it may stand still, with a reason and a second person")
    ] = False
    extensions: Annotated[
        int, Meta(ge=0, description="how often it may be extended, by at most its own length")
    ] = 0
    tries: Annotated[
        int,
        Meta(
            ge=0,
            le=12,
            description="of `call_back`: at how many hours of the day the rater is called in vain "
            "before she counts as unreachable; 0: 3",
        ),
    ] = 0

    @property
    def may_change(self) -> bool:
        """Whether it may be given more time at all."""
        return self.may_pause or self.extensions > 0


class EscalationStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rung of an escalation: `at` so many of the clock's own units after it is due (negative:
    before) whoever is named in `to` is told.

    handler: whoever must act now, the unit too · case_manager, leader: of the district · city: the
    city's own case managers and leaders.
    """

    at: Annotated[int, Meta(ge=-99, le=99)]
    to: Literal["handler", "case_manager", "leader", "city"]


class Escalation(Clause, frozen=True, kw_only=True):
    """Who is told, and when, of these clocks as they fall due and after (逐级提醒)."""

    clocks: Annotated[tuple[str, ...], Meta(min_length=1)]
    steps: Annotated[tuple[EscalationStep, ...], Meta(min_length=1)]


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city's rules for one year, whole and checked. See `pingyi.rulebook.scheme`.

    `digest` is the SHA-256 of the file's text and of the texts it includes: it names a version.
    Every clause can be found by the id its lines and consequences cite.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    digest: str = ""
    dated: Annotated[datetime.date, Meta(description="the day these rules were settled")]
    titles: Annotated[Title, Meta(description="the scheme's name for people")] = msgspec.field(
        name="title"
    )
    include: Annotated[
        tuple[str, ...], Meta(description="files whose clauses hold unless given here")
    ] = ()
    full_marks: Annotated[Decimal, Meta(description="what the weights and base add up to")]
    season: Season
    scale: Scale
    labels: Mapping[Level, Label]
    reasons_by_code: Mapping[str, Reason] = msgspec.field(name="reasons", default_factory=dict)
    rate: Rate
    groups: Annotated[Mapping[str, Group], Meta(min_length=1)]
    components: Mapping[str, Component] = msgspec.field(default_factory=dict)
    base: Base | None = None
    points: Mapping[str, EventPoints] = msgspec.field(default_factory=dict)
    vetoes: Mapping[str, Veto] = msgspec.field(default_factory=dict)
    floor: Bound | None = None
    ceiling: Bound | None = None
    missing: Missing
    rounding: Rounding
    ties: Ties
    grades: Mapping[str, Grade] = msgspec.field(default_factory=dict)
    honours: Mapping[str, Honour] = msgspec.field(default_factory=dict)
    consequences: Mapping[str, Consequence] = msgspec.field(default_factory=dict)
    verdicts: Verdicts | None = None
    clocks: Mapping[str, ClockRule] = msgspec.field(default_factory=dict)
    escalations: Mapping[str, Escalation] = msgspec.field(default_factory=dict)
    panels: Mapping[str, Weighed] = msgspec.field(default_factory=dict)
    dimensions: Mapping[str, Weighed] = msgspec.field(default_factory=dict)
    ballot_marks: Mapping[str, BallotMark] = msgspec.field(default_factory=dict)
    ladder: Mapping[str, Rung] = msgspec.field(default_factory=dict)
    apologies: Mapping[str, Apology] = msgspec.field(default_factory=dict)
    explanations: Mapping[str, Explanation] = msgspec.field(default_factory=dict)
    bulletins: Mapping[str, Bulletin] = msgspec.field(default_factory=dict)
    commendations: Mapping[str, Commendation] = msgspec.field(default_factory=dict)
    releases: Releases | None = None

    @property
    def title(self) -> str:
        """The scheme's name in Chinese."""
        return self.titles.zh

    @property
    def title_en(self) -> str:
        """The scheme's name in English."""
        return self.titles.en

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels a rater is shown, best first."""
        return tuple(level for level in Level if level in self.scale.shown)

    def label(self, level: Level, lang: str = "zh") -> str:
        """The words for a level, also for one this scale does not show; English for any "en-*"."""
        label = self.labels[level]
        return label.en if lang.lower().split("-")[0] == "en" else label.zh

    def reasons(self, level: Level) -> tuple[Reason, ...]:
        """The reasons offered with a shown level, in order; () where none."""
        if level not in self.scale.shown:
            return ()
        return tuple(
            reason
            for series in self.labels[level].reasons
            for code, reason in self.reasons_by_code.items()
            if code.startswith(str(series))
        )

    def escalation(self, clock: str) -> tuple[EscalationStep, ...]:
        """The steps of a clock, the earliest first; () where nobody is told."""
        rules = (rule for rule in self.escalations.values() if clock in rule.clocks)
        return next((rule.steps for rule in rules), ())

    def costs_points(self, verdict: str, kind: str) -> bool:
        """Whether such a verdict on a bad rating of such a kind is a `rating.verified` event."""
        rule = self.verdicts
        return rule is not None and verdict in rule.cost_points and kind in rule.kinds

    def weights(self, group: str) -> Mapping[str, Decimal]:
        """Points of each component at a rate of 100 %, in a group; KeyError for an unknown one."""
        own = self.groups[group].weights
        if own is not None:
            return own
        return {
            component.id: component.weight
            for component in self.components.values()
            if component.weight is not None
        }


DECODER = msgspec.json.Decoder(Scheme)
"""A scheme from its JSON. Made once and before any thread is: msgspec crashes when two threads are
the first to convert to the same type, so every type that is converted to has such a one."""
