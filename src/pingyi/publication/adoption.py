"""A season comes under another text of its scheme: one person proposes it, another adopts it.

The text is kept when it is proposed, so what is adopted is what was read. It is in force from the
start of the day that was named, or from the moment it is adopted if that is later: no past day is
ever computed by rules that were not yet adopted on it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.audit.actions import Actor, action, record
from pingyi.directory import schemes
from pingyi.directory.models import OPEN, Adoption, Area, Season
from pingyi.notices.actions import notify
from pingyi.notices.wording import Sentence
from pingyi.people.permissions import holders_of
from pingyi.rulebook import Scheme
from pingyi.rulebook.comparing import lost
from pingyi.scoring import board
from pingyi.scoring.engine import FactsError

KEPT = ("groups", "components", "clocks", "reasons", "panels", "dimensions")
"""Sections whose clauses facts and running clocks may name: a season under way keeps each (A)."""
TO_CHECK = Sentence(
    "有一份评议方案的新文本待采用，请另一人核对。",
    "A new text of the scheme waits to be adopted: somebody else is to check it.",
)


class Why(StrEnum):
    """The reasons, typed so that a button's tooltip and a refusal say the same."""

    SAME_TEXT = "same_text"
    PROPOSED_ALREADY = "proposed_already"
    ADOPTED_AHEAD = "adopted_ahead"
    CLAUSE_LOST = "clause_lost"
    FACTS_UNFIT = "facts_unfit"
    IN_THE_PAST = "in_the_past"
    NO_REASON = "no_reason"
    NOT_OPEN = "not_open"
    SAME_PERSON = "same_person"


TEXTS: dict[Why, str | Promise] = {
    Why.SAME_TEXT: _("方案文件与现行文本相同"),
    Why.PROPOSED_ALREADY: _("已有一份新文本待采用"),
    Why.ADOPTED_AHEAD: _("已采用的文本尚未施行"),
    Why.CLAUSE_LOST: _("年度内已在使用的条款不能删去"),
    Why.FACTS_UNFIT: _("本年度已有的事实不能按新文本计分"),
    Why.IN_THE_PAST: _("施行日期不能早于今天"),
    Why.NO_REASON: _("须写明理由"),
    Why.NOT_OPEN: _("该文本已采用或已放弃"),
    Why.SAME_PERSON: _("须由提出人以外的另一人采用"),
}


class Refused(ValueError):
    """The action cannot be done now; `why` says it to the program, the message to a person."""

    def __init__(self, why: Why, detail: str = "") -> None:
        self.why = why
        self.detail = detail
        super().__init__(why)

    def __str__(self) -> str:
        if not self.detail:
            return str(TEXTS[self.why])
        return gettext("%(what)s：%(detail)s") % {"what": TEXTS[self.why], "detail": self.detail}


def why_not_propose(season: Season, *, at: datetime) -> Why | None:
    """Why no new text can be proposed for the season now."""
    if schemes.unadopted(season, at) is None:
        return Why.SAME_TEXT
    if season.adoptions.filter(OPEN).exists():
        return Why.PROPOSED_ALREADY
    ahead = season.adoptions.filter(starts_at__gt=at).exists()
    return Why.ADOPTED_AHEAD if ahead else None


def why_not_adopt(adoption: Adoption, by: Actor) -> Why | None:
    """Why `by` cannot adopt it."""
    if not adoption.is_open:
        return Why.NOT_OPEN
    return Why.SAME_PERSON if adoption.proposed_by == by.audit_name else None


@action("scheme.propose")
def propose(*, season: Season, reason: str, from_day: date, by: Actor, at: datetime) -> Adoption:
    """Propose what the scheme's file says now, to be in force from the start of `from_day`.

    Raises Refused.
    """
    if why := why_not_propose(season, at=at):
        raise Refused(why)
    scheme = schemes.unadopted(season, at)
    assert scheme is not None  # else refused
    if not reason.strip():
        raise Refused(Why.NO_REASON)
    if from_day < timezone.localdate(at):
        raise Refused(Why.IN_THE_PAST)
    _refuse_unfit(season, scheme, at=at)
    try:
        with transaction.atomic():
            made = Adoption.objects.create(
                season=season,
                version=schemes.keep(scheme, at=at),
                reason=reason.strip(),
                from_day=from_day,
                proposed_at=at,
                proposed_by=by.audit_name,
            )
    except IntegrityError:  # somebody else proposed it at this very moment
        raise Refused(Why.PROPOSED_ALREADY) from None
    record(
        season,
        scheme=scheme.name,
        digest=scheme.digest,
        instead_of=schemes.digest_in_force(season, at),
        from_day=str(from_day),
    )
    _tell_the_second_person(season, by=by, at=at)
    return made


@action("scheme.adopt")
def adopt(*, adoption: Adoption, by: Actor, at: datetime) -> Adoption:
    """The season comes under the proposed text. Refused to whoever proposed it, and where the
    season's facts cannot be scored by it any more."""
    if why := why_not_adopt(adoption, by):
        raise Refused(why)
    season = adoption.season
    _refuse_unfit(season, adoption.version.scheme(), at=at)
    starts = datetime.combine(adoption.from_day, time.min, timezone.get_default_timezone())
    starts_at = max(starts, at)
    _settle(adoption, adopted_at=at, adopted_by=by.audit_name, starts_at=starts_at)
    season.versions = schemes.entries(season.adoptions.select_related("version"))
    season.save(update_fields=["versions"])
    record(
        season,
        scheme=adoption.version.name,
        digest=adoption.version.digest,
        starts_at=starts_at.isoformat(),
    )
    return adoption


@action("scheme.drop")
def give_up(*, adoption: Adoption, by: Actor, at: datetime) -> Adoption:
    """The proposed text will not be adopted; the proposal stays on record. Raises Refused."""
    _settle(adoption, given_up_at=at, given_up_by=by.audit_name)
    record(adoption.season, digest=adoption.version.digest)
    return adoption


def _refuse_unfit(season: Season, scheme: Scheme, *, at: datetime) -> None:
    """Whether what has happened in the season can be told and scored by the new text."""
    if gone := lost(schemes.in_force(season, at), scheme, KEPT):
        raise Refused(Why.CLAUSE_LOST, ", ".join(gone))
    try:
        board.at_time(season, at=at, now=at, scheme=scheme)
    except FactsError as error:
        raise Refused(Why.FACTS_UNFIT, str(error)) from None


def _settle(adoption: Adoption, **fields: object) -> None:
    if not Adoption.objects.filter(OPEN, pk=adoption.pk).update(**fields):
        raise Refused(Why.NOT_OPEN)
    for name, value in fields.items():
        setattr(adoption, name, value)


def _tell_the_second_person(season: Season, *, by: Actor, at: datetime) -> None:
    """Those of the whole city who may adopt it, but not whoever proposed it."""
    for city in Area.objects.filter(parent=None).order_by("pk"):
        readers = holders_of("scheme.adopt", area=city).exclude(username=by.audit_name)
        link = f"/office/directory/seasons/{season.code}/rules/"
        notify(users=readers, text=TO_CHECK, link=link, by=by, at=at)
