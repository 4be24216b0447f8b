"""`/simulation/`: a draft scheme beside the one in force, before anyone is bound by it."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections import Counter
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pingyi import rulebook
from pingyi.directory.models import Season
from pingyi.rulebook import Mistake, Scheme, SchemeErrors
from pingyi.scoring import board as boards
from pingyi.scoring import simulation
from pingyi.scoring.actions import note_simulation
from pingyi.scoring.board import Board
from pingyi.scoring.engine import FactsError
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.words import in_english
from pingyi.web.observatory.boards import name_of
from pingyi.web.observatory.moves import SIMULATION, clauses_told, honours_told, lines_of
from pingyi.web.observatory.places import places_of
from pingyi.web.observatory.rows import Computed

LARGEST = 256 * 1024
"""Bytes of a draft; the shipped schemes have some 8 KB."""
UPLOADED = "uploaded"
_KEPT = "draft_scheme"


class DraftForm(DeskForm):
    """A draft: a shipped scheme or a file."""

    form_id = "draft"

    season = forms.ChoiceField(label=_("用哪一年度的事实"))
    file = forms.FileField(
        label=_("方案草案"),
        required=False,
        help_text=_("一个 .toml 文件。可由现行方案复制、改名、修改而成。"),
        widget=forms.FileInput(attrs={"accept": ".toml"}),
    )
    shipped = forms.ChoiceField(label=_("或选自带的方案"), required=False)

    def __init__(self, *args: Any, seasons: list[Season], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = {"season": [(season.code, season.code) for season in seasons]}
        choices["shipped"] = [("", "—")] + [
            (name, f"{name_of(rulebook.scheme(name).titles)} ({name})") for name in rulebook.names()
        ]
        for name, known in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = known

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                gettext("超过 %(n)d KB，不像是一份方案。") % {"n": LARGEST // 1024}
            )
        return file

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and bool(found.get("file")) == bool(found.get("shipped")):
            self.add_error("file", gettext("上传一份草案，或选一个自带的方案，二者取一。"))
        return found


@requires("scheme.simulate")
@require_http_methods(["GET", "HEAD", "POST"])
def simulate(request: SignedIn) -> HttpResponseBase:
    """Choose a draft; its mistakes are named by line and clause, and a good one is compared."""
    at = timezone.now()
    seasons = list(Season.objects.order_by("-starts_on"))
    if not seasons:
        return render(request, "observatory/no_season.html")
    if request.method == "POST":
        return _chosen(request, seasons, at)
    season = next((one for one in seasons if one.code == request.GET.get("season")), None)
    draft = _draft(request, request.GET.get("draft", ""))
    if season is None or draft is None:
        return _asked(request, DraftForm(seasons=seasons, initial={"season": seasons[0].code}))
    return _compared(request, season, draft, at)


def _chosen(request: SignedIn, seasons: list[Season], at: datetime) -> HttpResponseBase:
    form = DraftForm(request.POST, request.FILES, seasons=seasons)
    mistakes: list[Mistake] = []
    if form.is_valid():
        file: UploadedFile | None = form.cleaned_data["file"]
        try:
            draft = _read(request, file) if file else rulebook.scheme(form.cleaned_data["shipped"])
        except SchemeErrors as wrong:
            mistakes = wrong.mistakes
            form.add_error("file", gettext("草案有 %(n)d 处错误。") % {"n": len(mistakes)})
        else:
            season = next(one for one in seasons if one.code == form.cleaned_data["season"])
            note_simulation(season=season, draft=draft, by=request.user, at=at)
            chosen = UPLOADED if file else draft.name
            address = reverse("observatory:simulation")
            return redirect(f"{address}?season={season.code}&draft={chosen}")
    return _asked(request, form, mistakes)


def _asked(
    request: HttpRequest, form: DraftForm, mistakes: list[Mistake] | None = None
) -> HttpResponseBase:
    told = [(one.line, one.clause, one.text if in_english() else one.zh) for one in mistakes or []]
    context = {"form": form, "mistakes": told}
    status = 422 if form.is_bound else 200
    return render(request, "observatory/simulation/choose.html", context, status=status)


def _read(request: HttpRequest, file: UploadedFile) -> Scheme:
    """The draft, checked; it stays in the user's session until she leaves or tries another."""
    data = file.read()
    draft = rulebook.draft(file.name or "", data)
    request.session[_KEPT] = b64encode(zlib.compress(data)).decode()
    return draft


def _draft(request: HttpRequest, chosen: str) -> Scheme | None:
    if chosen in rulebook.names():
        return rulebook.scheme(chosen)
    kept = request.session.get(_KEPT)
    if chosen != UPLOADED or kept is None:
        return None
    return rulebook.draft("draft.toml", zlib.decompress(b64decode(kept)))


def _without(present: Board, draft: Scheme) -> list[tuple[str, str, int]]:
    """The groups that the draft lacks: each one's id and name, and how many units are in it."""
    units = Counter(row.unit.group for row in present.rows)
    known = present.scheme.groups
    return [(key, name_of(known[key]), units[key]) for key in units if key not in draft.groups]


def _compared(request: SignedIn, season: Season, draft: Scheme, at: datetime) -> HttpResponseBase:
    present = boards.live(season, at=at)
    try:
        other = boards.live(season, at=at, scheme=draft)
    except FactsError as error:
        context = {"season": season, "error": str(error), "without": _without(present, draft)}
        return render(request, "observatory/simulation/impossible.html", context, status=422)
    found = simulation.compare(present.result, other.result, present.scheme, draft)
    asked: Any = request
    asked.places = places_of(request.user, "scheme.simulate")
    asked.groups = [(key, name_of(group)) for key, group in present.scheme.groups.items()]
    rows = lines_of(found, present, draft, asked.places)
    listing = Computed(SIMULATION, request, cast(Any, rows), at=at)
    if listing.wants_file:
        return listing.file()
    names = {row.unit.code: row.unit.name or row.unit.code for row in present.rows}
    return render(
        request,
        "observatory/simulation/compared.html",
        {
            "listing": listing,
            "season": season,
            "scheme_name": name_of(present.scheme.titles),
            "draft": draft,
            "draft_name": name_of(draft.titles),
            "same": draft.digest == present.scheme.digest,
            "moved": found.moved,
            "units": len(found.moves),
            "honours": honours_told(found, present.scheme, draft),
            "largest": [
                (names[move.unit], move.unit, move.climbed or 0, abs(move.climbed or 0))
                for move in found.largest(6)
            ],
            "clauses": clauses_told(found, present.scheme, draft),
            "at": at,
        },
    )
