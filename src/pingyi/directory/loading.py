"""Loading a whole directory, or part of one: all of it or nothing, and one event for the batch.

What is there is updated by its key, what is not mentioned stays. Loading the same rows again
changes nothing and records nothing. A new point gets its code at once. A new unit is enrolled in
every season that is not over; a unit whose group changes moves in the seasons to come, while one
that is running keeps the group it was enrolled in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from pingyi.audit.actions import Actor, action, record
from pingyi.directory import areas as tree
from pingyi.directory import checks, codes, schemes, seasons
from pingyi.directory.content import Content
from pingyi.directory.models import Area, Batch, Enrolment, Unit
from pingyi.directory.plan import MODELS, Change, Plan, plan
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.codes import RandomBytes

CHUNK = 500


class DirectoryMoved(Exception):
    """The directory changed since the plan was made: look again, then confirm again."""


def load(
    *,
    content: Content,
    by: Actor,
    at: datetime,
    source: str = "",
    batch: Batch | None = None,
    expected: str | None = None,
    random_bytes: RandomBytes = os.urandom,
) -> Plan:
    """Check the rows and store what they change; returns what that was.

    `source` names the file; `batch` is the proposal it was kept in; `expected` the digest of the
    plan somebody confirmed. Raises DirectoryErrors (every problem) and DirectoryMoved.
    """
    try:
        with transaction.atomic():
            found = checks.problems(content, day=timezone.localdate(at))
            if found:
                raise DirectoryErrors(found)
            changes = plan(content)
            if expected is not None and changes.digest != expected:
                raise DirectoryMoved
            if changes:
                batch = batch or Batch(source=source, proposed_at=at, proposed_by=by.audit_name)
                _store(changes=changes, batch=batch, random_bytes=random_bytes, by=by, at=at)
            return changes
    except IntegrityError as error:  # somebody else loaded the same keys at this very moment
        raise DirectoryMoved from error


@action("directory.load")
def _store(
    *, changes: Plan, batch: Batch, random_bytes: RandomBytes, by: Actor, at: datetime
) -> None:
    for sheet in MODELS:
        _change(sheet, changes.of(sheet, new=False))
        added = _add(sheet, changes.of(sheet, new=True))
        if sheet == "areas":
            _set_levels()
        elif sheet == "units":
            _enrol(added, at)
        elif sheet == "points":
            codes.first(added, at=at, random_bytes=random_bytes)
    _move_groups([c for c in changes.of("units", new=False) if "group" in c.new], at)
    batch.loaded_at, batch.loaded_by = at, by.audit_name
    batch.content, batch.counts = None, changes.counts
    batch.save()
    record(batch, **changes.counts)


def _add(sheet: str, new: list[Change]) -> list[Any]:
    """Store the new rows, parents before their children."""
    model = MODELS[sheet]
    added: list[Any] = []
    references = References(sheet)
    waiting = new
    while waiting:
        ready = [c for c in waiting if references.has_parent(c.new)]
        waiting = [c for c in waiting if not references.has_parent(c.new)]
        rows = [model(**references.resolved(c.new)) for c in ready]
        if not rows:
            raise RuntimeError(f"{sheet}: rows whose parents never come")  # checks see to that
        added += model.objects.bulk_create(rows, batch_size=CHUNK)
        references.add(rows)
    return added


def _change(sheet: str, changed: list[Change]) -> None:
    model, references = MODELS[sheet], References(sheet)
    rows = [(c.pk, references.resolved(c.new)) for c in changed]
    for name in sorted({name for _pk, values in rows for name in values}):
        model.objects.bulk_update(
            [model(pk=pk, **{name: values[name]}) for pk, values in rows if name in values],
            [name.removesuffix("_id")],
            batch_size=CHUNK,
        )


def _set_levels() -> None:
    areas = list(Area.objects.order_by("code").select_related("parent"))
    parents = {area.code: area.parent.code if area.parent else "" for area in areas}
    moved = []
    for area in areas:
        level = tree.level(area.code, parents)
        if level is not None and level != area.level:
            area.level = level
            moved.append(area)
    Area.objects.bulk_update(moved, ["level"], batch_size=CHUNK)


def _enrol(units: list[Unit], at: datetime) -> None:
    for season in seasons.not_over(timezone.localdate(at)):
        groups = schemes.in_force(season, at).groups
        Enrolment.objects.bulk_create(
            (
                Enrolment(season=season, unit=unit, group=unit.group, enrolled_at=at)
                for unit in units
                if unit.group in groups
            ),
            batch_size=CHUNK,
        )


def _move_groups(changed: list[Change], at: datetime) -> None:
    day = timezone.localdate(at)
    for season in seasons.not_over(day):
        if season.starts_on <= day:
            continue
        for group in sorted({c.new["group"] for c in changed}):
            units = [c.pk for c in changed if c.new["group"] == group]
            for start in range(0, len(units), CHUNK):
                season.enrolments.filter(unit__in=units[start : start + CHUNK]).update(group=group)


class References:
    """Turns the codes by which a sheet's rows refer to areas and units into keys."""

    def __init__(self, sheet: str) -> None:
        self._models: dict[str, Any] = {"parent": MODELS[sheet], "area": Area, "unit": Unit}
        self._known: dict[Any, dict[str, int]] = {}

    def has_parent(self, values: Mapping[str, str]) -> bool:
        """Whether the row's parent, if it has one, is stored by now."""
        parent = values.get("parent")
        return not parent or parent in self._keys("parent")

    def resolved(self, values: Mapping[str, str]) -> dict[str, Any]:
        """The values as the model takes them."""
        return dict(self._resolved(name, value) for name, value in values.items())

    def add(self, rows: list[Any]) -> None:
        """Rows just stored can be referred to."""
        for row in rows:
            if type(row) in self._known:
                self._known[type(row)][row.code] = row.pk

    def _resolved(self, name: str, value: str) -> tuple[str, Any]:
        if name not in self._models:
            return name, value
        return f"{name}_id", self._keys(name)[value] if value else None

    def _keys(self, name: str) -> dict[str, int]:
        model = self._models[name]
        if model not in self._known:
            self._known[model] = dict(model.objects.order_by().values_list("code", "pk"))
        return self._known[model]
