"""Who issues letters, under which prefixes; and where a year's numbers go on from paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.timezone import localtime

from pingyi.audit.actions import Actor, action, record
from pingyi.directory.models import Area
from pingyi.letters.actions.steps import cleaned, required
from pingyi.letters.models import Letter, LetterCounter, Organ, Series
from pingyi.letters.policies import Refused, Why
from pingyi.letters.states import Desk, Kind

Prefixes = Mapping[Kind, str]
"""A prefix for each kind the organ issues; kinds left out or blank are not issued."""


@action("organ.add")
def add_organ(
    *,
    name: str,
    signature: str,
    area: Area,
    desk: Desk | str,
    prefixes: Prefixes,
    by: Actor,
    at: datetime,
) -> Organ:
    """An organ that issues letters. Raises Refused."""
    organ = Organ(area=area, desk=Desk(desk).value)
    _describe(organ, name, signature)
    organ.save()
    _number(organ, prefixes)
    record(organ, name=organ.name)
    return organ


@action("organ.edit")
def edit_organ(
    *, organ: Organ, name: str, signature: str, prefixes: Prefixes, by: Actor, at: datetime
) -> Organ:
    """Change how it is called and numbers; letters already issued keep theirs. Raises Refused."""
    _describe(organ, name, signature)
    organ.save(update_fields=["name", "signature"])
    organ.series.all().delete()
    _number(organ, prefixes)
    record(organ, name=organ.name)
    return organ


@action("organ.start_numbers")
def start_numbers(*, organ: Organ, prefix: str, last: int, by: Actor, at: datetime) -> None:
    """Say the last number used on paper this year, before the first is given here.

    Raises Refused once a number was given.
    """
    year = localtime(at).year
    if not organ.series.filter(prefix=prefix).exists():
        raise Refused(Why.NOT_ISSUED_HERE, "prefix")
    counter, _ = LetterCounter.objects.get_or_create(prefix=prefix, year=year)
    unused = LetterCounter.objects.filter(pk=counter.pk, last=counter.last)
    given = Letter.objects.filter(number__startswith=f"{prefix}〔{year}〕").exists()
    if given or not unused.update(last=last):
        raise Refused(Why.PREFIX_IN_USE, "last")
    record(organ, prefix=prefix, year=year, last=last)


def _describe(organ: Organ, name: str, signature: str) -> None:
    organ.name = required(name, "name", longest=60)
    organ.signature = cleaned(signature, "signature", longest=60) or organ.name
    if Organ.objects.filter(name=organ.name).exclude(pk=organ.pk).exists():
        raise Refused(Why.NAME_TAKEN, "name")


def _number(organ: Organ, prefixes: Prefixes) -> None:
    given = {kind: cleaned(prefix, kind.value, longest=20) for kind, prefix in prefixes.items()}
    for kind, prefix in given.items():
        if prefix and Series.objects.filter(prefix=prefix).exclude(organ=organ).exists():
            raise Refused(Why.PREFIX_TAKEN, kind.value, prefix)
    Series.objects.bulk_create(
        Series(organ=organ, kind=kind.value, prefix=prefix)
        for kind, prefix in given.items()
        if prefix
    )
