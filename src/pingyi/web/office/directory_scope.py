"""What of the directory a user reaches: others' units do not exist for them (404)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from pingyi.directory.models import Area, Post, ServicePoint, Unit
from pingyi.people.models import User
from pingyi.people.permissions import may, scope_of


def areas_for(user: User, permission: str = "directory.read") -> QuerySet[Area]:
    """Whole areas the permission reaches, with all below them."""
    scope = scope_of(user, permission)
    if scope.everywhere:
        return Area.objects.all()
    mine = scope.areas
    return Area.objects.filter(
        Q(pk__in=mine) | Q(parent__in=mine) | Q(parent__parent__in=mine)
    ).distinct()


def reaches_everything(user: User, permission: str) -> bool:
    """Whether the permission reaches every area there is; a file may change any of them."""
    scope = scope_of(user, permission)
    tops = Area.objects.filter(parent=None).exclude(pk__in=scope.areas)
    return scope.everywhere or bool(scope.areas and not tops.exists())


def units_for(user: User, permission: str = "directory.read") -> QuerySet[Unit]:
    return Unit.objects.filter(scope_of(user, permission).over(area="area", unit="pk"))


def points_for(user: User, permission: str = "directory.read") -> QuerySet[ServicePoint]:
    return ServicePoint.objects.filter(
        scope_of(user, permission).over(area="unit__area", unit="unit")
    )


def posts_for(user: User, permission: str) -> QuerySet[Post]:
    return Post.objects.filter(scope_of(user, permission).over(area="unit__area", unit="unit"))


def unit_or_404(user: User, code: str, permission: str = "directory.read") -> Unit:
    return get_object_or_404(
        units_for(user, permission).select_related("area", "parent"), code=code
    )


def point_or_404(user: User, pk: int, permission: str = "directory.read") -> ServicePoint:
    found = points_for(user, permission).select_related("unit__area")
    return get_object_or_404(found, pk=pk)


def may_for(user: User, permission: str, unit: Unit) -> bool:
    """Whether the permission reaches this unit: what decides whether a button is shown."""
    return may(user, permission) and units_for(user, permission).filter(pk=unit.pk).exists()
