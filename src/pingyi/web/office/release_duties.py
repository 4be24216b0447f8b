"""What a release entails: of a draft what its publication will propose, of a public one what became
of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString

from pingyi.accountability.actions.duties import Proposal
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import whats
from pingyi.people.models import User
from pingyi.publication import duties
from pingyi.publication.models import Release
from pingyi.web.components import duty_cells as cells


class Follows(NamedTuple):
    """What should befall `on` of `whose` unit for the place of `unit`; `state` and `url` once it
    was proposed."""

    unit: str
    whose: str
    what: str
    on: str
    words: str
    state: SafeString
    url: str


def follows(release: Release, group: str, user: User) -> list[Follows]:
    """What the places of the group's units entail, the very last unit first: of a public release
    the duties that `user` may see; of one that was given up nothing."""
    found: Iterable[Proposal | Duty] = ()
    if release.state == "prepared":
        found = duties.proposals(release)
    elif release.state == "published":
        seen = Duty.objects.visible_to(user).with_heads()
        seen = seen.select_related("unit", "point", "post", "decision")
        found = seen.filter(pk__in=duties.arisen(release).values("pk")).order_by("pk")
    names = _from_last(release, group)
    order = list(names)
    begins = duties.ground(release)
    by_unit = [(duties.whose_place(one, begins), one) for one in found]
    mine = [(code, one) for code, one in by_unit if code in names]
    return [
        _follows(names[code], one)
        for code, one in sorted(mine, key=lambda pair: order.index(pair[0]))
    ]


def _from_last(release: Release, group: str) -> dict[str, str]:
    """The group's placed units by code, the last ones first."""
    place = "period_from_last" if release.is_bulletin else "place_from_last"
    rows = release.results.filter(group=group).exclude(**{place: None})
    return dict(rows.order_by(place, "code").values_list("code", "name"))


def _follows(unit: str, one: Proposal | Duty) -> Follows:
    if isinstance(one, Duty):
        what, state, url = one.what, cells.state_tag(one), reverse("office:duty", args=[one.pk])
    else:
        what, state, url = ",".join(one.what), SafeString(""), ""
    said = cells.listed(list(whats(what))) or one.words
    if isinstance(one, Duty) and (instead := _instead(one)):
        said = f"{said} → {instead}"
    return Follows(unit, one.unit.name, said, cells.aim(one), one.words, state, url)


def _instead(duty: Duty) -> str:
    """What was decided in place of what was proposed."""
    decision = getattr(duty, "decision", None)
    return decision.words if decision is not None else ""
