"""Naming a unit, and a service point of it, by code, name or part of the name."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext

from pingyi.directory.models import ServicePoint, Unit

CANDIDATES = 8


def one_unit(said: str, units: QuerySet[Unit]) -> Unit:
    """The one of `units` that is meant and not retired; ValidationError, naming a few, if it is
    none or not clear."""
    units = units.filter(retired_at__isnull=True)
    exact = list(units.filter(code=said)[:1]) or list(units.filter(name=said)[:2])
    if len(exact) == 1:
        return exact[0]
    near = list(units.filter(name__contains=said).order_by("code")[: CANDIDATES + 1])
    if len(near) == 1:
        return near[0]
    if not near:
        raise forms.ValidationError(gettext("没有这个编码或名称的单位，或不归本办。"))
    listed = "；".join(f"{unit.code} {unit.name}" for unit in near[:CANDIDATES])
    raise forms.ValidationError(
        gettext("不止一个单位相符，请填编码：%(units)s") % {"units": listed}
    )


def one_point(said: str, unit: Unit) -> ServicePoint:
    """The unit's point that is meant and not retired; ValidationError if it is none or several."""
    points = unit.points.filter(retired_at__isnull=True)
    exact = list(points.filter(name=said)) or list(points.filter(name__contains=said)[:2])
    if len(exact) != 1:
        raise forms.ValidationError(gettext("该单位没有唯一相符的服务点。"))
    return exact[0]
