"""Codes to print: one as SVG, a unit's as sheets, a city's as one streamed archive."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from pingyi.directory.models import PointCode
from pingyi.kernel.tables import escape_cell
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.streaming import streamed
from pingyi.web.office import posters
from pingyi.web.office.directory_scope import point_or_404, points_for, unit_or_404
from pingyi.web.office.posters import Card

CHUNK = 500
_UNFIT_FOR_FILES = re.compile(r"[^\w.\-]+")


@requires("code.print")
@require_safe
def code_svg(request: SignedIn, pk: int) -> HttpResponse:
    """The point's code alone, as SVG."""
    point = point_or_404(request.user, pk, "code.print")
    code = point.codes.filter(replaced_at=None).first()
    if code is None or point.retired_at is not None:
        raise Http404
    name = f"{code.code}.svg"
    return HttpResponse(
        posters.qr_svg(address_of(code.code)),
        content_type="image/svg+xml",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@requires("code.print")
@require_safe
def sheets(request: SignedIn, code: str) -> StreamingHttpResponse:
    """A whole unit's posters, ready to print on A4: one, four or nine to a page."""
    unit = unit_or_404(request.user, code, "code.print")
    per_page = _per_page(request)
    wanted = codes_to_print(request.user).filter(point__unit=unit)
    if "point" in request.GET:
        wanted = wanted.filter(point=_number(request.GET["point"]))
    context = {
        "unit": unit,
        "count": wanted.count(),
        "per_page": per_page,
        "layouts": sorted(posters.LAYOUTS),
        "point": request.GET.get("point", ""),
    }
    # The frame is small; the pages are many, and go out as they are drawn.
    frame = render_to_string("office/directory/sheets.html", context, request)
    head, foot = frame.split("<!-- pages -->")
    drawn = posters.pages(map(_card, _in_slices(wanted)), per_page=per_page)
    chunks = (part.encode() for part in _joined(head, drawn, foot))
    return streamed(chunks, content_type="text/html; charset=utf-8")


@requires("code.print")
@require_safe
def archive(request: SignedIn) -> StreamingHttpResponse:
    """Every poster within reach (or of `?area=`, `?unit=`) as SVG in one .zip, with a list."""
    wanted = codes_to_print(request.user)
    area, unit = request.GET.get("area", ""), request.GET.get("unit", "")
    if area:
        at = "point__unit__area"
        wanted = wanted.filter(
            Q(**{f"{at}__code": area})
            | Q(**{f"{at}__parent__code": area})
            | Q(**{f"{at}__parent__parent__code": area})
        )
    if unit:
        wanted = wanted.filter(point__unit__code=unit)
    rows = ((code.point.unit.code, _card(code)) for code in _in_slices(wanted))
    name = f"codes-{timezone.localdate():%Y%m%d}.zip"
    return streamed(zipped(rows), content_type="application/zip", filename=name)


def codes_to_print(user) -> QuerySet[PointCode]:
    """The current codes of points in use, within the user's reach, unit by unit."""
    points = points_for(user, "code.print").filter(retired_at=None)
    return (
        PointCode.objects.filter(replaced_at=None, point__in=points)
        .select_related("point__unit")
        .order_by("point__unit__code", "point__name", "pk")
    )


def _in_slices(wanted: QuerySet[PointCode]) -> Iterator[PointCode]:
    """The codes without a cursor left open meanwhile: on SQLite that would stop every writer."""
    keys = list(wanted.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        found = wanted.in_bulk(keys[start : start + CHUNK])
        yield from (found[key] for key in keys[start : start + CHUNK] if key in found)


def address_of(code: str) -> str:
    """What the printed code opens."""
    return f"{settings.PINGYI.public_url}/r/{code}"


def zipped(rows: Iterable[tuple[str, Card]]) -> Iterator[bytes]:
    """An archive of posters by unit code, made and sent piece by piece, with a list of all."""
    sink = _Sink()
    index = io.StringIO()
    table = csv.writer(index)
    table.writerow(["unit", "point", "code", "address", "file"])
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for unit, card in rows:
            file = f"{_file_name(unit)}/{_file_name(card.point)}-{card.code}.svg"
            out.writestr(file, posters.card_svg(card))
            row = [card.unit, card.point, card.code, card.address, file]
            table.writerow(map(escape_cell, row))
            yield from sink.taken()
        out.writestr("codes.csv", "\ufeff" + index.getvalue())
    yield from sink.taken()


class _Sink(io.RawIOBase):
    """What an archive is written to, and taken from as it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part) -> int:  # type: ignore[override]
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> Iterator[bytes]:
        if self._parts:
            yield b"".join(self._parts)
            self._parts.clear()


def _card(code: PointCode) -> Card:
    point = code.point
    return Card(point.unit.name, point.name, code.code, address_of(code.code))


def _joined(head: str, pages: Iterable[str], foot: str) -> Iterator[str]:
    yield head
    yield from pages
    yield foot


def _file_name(text: str) -> str:
    return _UNFIT_FOR_FILES.sub("_", text)[:60].strip("._") or "_"


def _per_page(request: SignedIn) -> int:
    asked = _number(request.GET.get("per_page", ""))
    return asked if asked in posters.LAYOUTS else 1


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
