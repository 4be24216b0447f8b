"""Codes for points: made in numbers, never one twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pingyi.directory.models import PointCode, ServicePoint
from pingyi.kernel.codes import RandomBytes, new_point_code

CHUNK = 500


def first(
    points: Sequence[ServicePoint], *, at: datetime, random_bytes: RandomBytes
) -> list[PointCode]:
    """A fresh code for each point, which has none at present. Called by actions only."""
    fresh = _fresh(len(points), random_bytes)
    rows = [
        PointCode(point=point, code=code, issued_at=at)
        for point, code in zip(points, fresh, strict=True)
    ]
    return PointCode.objects.bulk_create(rows, batch_size=CHUNK)


def _fresh(number: int, random_bytes: RandomBytes) -> list[str]:
    """Codes nobody has had: in 38 bits, a big city meets a repetition once in a while."""
    found: dict[str, None] = {}
    while len(found) < number:
        more = {new_point_code(random_bytes): None for _ in range(number - len(found))}
        for code in _taken(list(more)):
            del more[code]
        found.update(more)
    return list(found)


def _taken(codes: list[str]) -> list[str]:
    return [
        code
        for start in range(0, len(codes), CHUNK)
        for code in PointCode.objects.filter(code__in=codes[start : start + CHUNK])
        .order_by("code")
        .values_list("code", flat=True)
    ]
