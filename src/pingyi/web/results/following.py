"""What was decided to follow from a release, in the public's words: units only, no persons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext

from pingyi.accountability.terms import On
from pingyi.publication import duties
from pingyi.publication.duties import Published
from pingyi.publication.models import Release
from pingyi.web.components.duty_cells import listed
from pingyi.web.components.words import say
from pingyi.web.results.shown import unit_url


class Following(NamedTuple):
    """A line: the unit whose place it is, what befalls whom, the rule, whether it was done."""

    name: str
    url: str
    group: str
    what: str
    whom: str
    words: str
    done: bool


def following(release: Release, code: str | None = None) -> list[Following]:
    """What follows from a public release, or from it for one unit."""
    return _lines(release, duties.published(release, code))


def _lines(release: Release, found: Iterable[Published]) -> list[Following]:
    season = release.season.code
    return [
        Following(
            name=one.row.name,
            url=unit_url(one.row, season),
            group=one.row.group,
            what=listed(list(one.what)),
            whom=_whom(one),
            words=one.words,
            done=one.done,
        )
        for one in found
    ]


def _whom(one: Published) -> str:
    """The parent or window by its name, the person by the badge, else head or unit."""
    if one.on is On.PARENT:
        return one.whose.name
    if one.on is On.PERSON:
        return gettext("工号 %(badge)s") % {"badge": one.named}
    return one.named or say(one.on)
