"""Whether now: why a release is refused. *Who may* is in people/roles.py."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.audit.actions import Actor
from pingyi.directory.models import Season
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind, over_by


class Why(StrEnum):
    """The reasons, typed so that a button's tooltip and a refusal say the same."""

    NO_UNITS = "no_units"
    PERIOD_NOT_OVER = "period_not_over"
    NO_SUCH_PERIOD = "no_such_period"
    SEASON_NOT_OVER = "season_not_over"
    RELEASED_ALREADY = "released_already"
    BEING_PREPARED = "being_prepared"
    NOT_PREPARED = "not_prepared"
    SAME_PERSON = "same_person"
    NOT_THE_LATEST = "not_the_latest"
    NO_REASON = "no_reason"


TEXTS: dict[Why, str | Promise] = {
    Why.NO_UNITS: _("本年度还没有参评单位"),
    Why.PERIOD_NOT_OVER: _("本期尚未结束，结束次日起才能准备"),
    Why.NO_SUCH_PERIOD: _("本年度没有这一期"),
    Why.SEASON_NOT_OVER: _("年度尚未结束，结束次日起才能准备年度结果"),
    Why.RELEASED_ALREADY: _("这一期已经发布；如有错误，请在该次发布上更正"),
    Why.BEING_PREPARED: _("这一期已有一份待发布的稿子"),
    Why.NOT_PREPARED: _("该稿已发布或已作废"),
    Why.SAME_PERSON: _("须由准备人以外的另一人发布"),
    Why.NOT_THE_LATEST: _("只能更正已发布且未被更正的结果"),
    Why.NO_REASON: _("更正须写明原因"),
}


class Refused(ValueError):
    """The action cannot be done now; `why` says it to the program, the message to a person."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(str(TEXTS[why]))


def unfit(season: Season, kind: Kind, through: date, today: date) -> Why | None:
    """Why no release of that kind can be prepared through that day, for the first time."""
    if not season.enrolments.exists():
        return Why.NO_UNITS
    if kind is Kind.SEASON:
        if today <= season.ends_on:
            return Why.SEASON_NOT_OVER
    elif through >= today:
        return Why.PERIOD_NOT_OVER
    elif all(period.ends_on != through for period in _periods(season, kind, today)):
        return Why.NO_SUCH_PERIOD
    same = Release.objects.filter(season=season, kind=kind, given_up_at__isnull=True)
    if kind is not Kind.SEASON:
        same = same.filter(through=through)
    if same.filter(published_at__isnull=False).exists():
        return Why.RELEASED_ALREADY
    return Why.BEING_PREPARED if same.exists() else None


def _periods(season: Season, kind: Kind, today: date) -> list:
    return list(over_by(kind, today, since=season.starts_on, until=season.ends_on))


def uncorrectable(release: Release) -> Why | None:
    """Why this release cannot be corrected."""
    if release.state != "published":
        return Why.NOT_THE_LATEST
    standing = release.corrections.filter(given_up_at__isnull=True)
    if standing.filter(published_at__isnull=False).exists():
        return Why.NOT_THE_LATEST
    return Why.BEING_PREPARED if standing.exists() else None


def unpublishable(release: Release, by: Actor) -> Why | None:
    """Why `by` cannot publish it."""
    if release.state != "prepared":
        return Why.NOT_PREPARED
    if release.prepared_by == by.audit_name:
        return Why.SAME_PERSON
    return None


def through_of(season: Season, kind: Kind, through: date, today: date) -> date:
    """The last day that counts: a season's result takes in what was voided since its end."""
    return max(season.ends_on, today - timedelta(days=1)) if kind is Kind.SEASON else through
