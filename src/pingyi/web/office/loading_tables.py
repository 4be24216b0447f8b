"""A table file taken whole or not at all: the page all such imports share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework.reasons import Refusal
from pingyi.directory.problems import DirectoryErrors
from pingyi.web.components.access import SignedIn
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.offers import blame, sent_form

LARGEST = 20 * 2**20
"""Bytes of an upload."""
SHOWN_PROBLEMS = 200


class TableForm(DeskForm):
    form_id = "load"

    file = forms.FileField(
        label=_("文件"),
        help_text=_(".xlsx 工作簿或 .csv"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            text = gettext("文件超过 %(n)d MB。") % {"n": LARGEST // 2**20}
            raise forms.ValidationError(text)
        return file


@dataclass(frozen=True)
class Import:
    """What such a page is about: its title, its columns with what they hold, where it goes."""

    title: str | Promise
    columns: Sequence[tuple[str | Promise, str | Promise]]
    back_url: str
    back_label: str


def load(request: SignedIn, about: Import, take: Callable[[bytes, str], int]) -> HttpResponseBase:
    """Show the form, or hand the file to `take`, which tells how many rows it took, or raises
    DirectoryErrors or Refusal and took none."""
    form = TableForm(sent_form(request), request.FILES if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            taken = take(file.read(), file.name)
        except DirectoryErrors as wrong:
            problems = wrong.lines
            text = gettext("有 %(n)d 行有误，整份文件未导入。") % {"n": len(problems)}
            form.add_error("file", text)
        except Refusal as refused:
            blame(form, refused)
        else:
            messages.success(request, gettext("已导入 %(n)d 行。") % {"n": taken})
            return redirect(about.back_url)
    context = {
        "about": about,
        "form": form,
        "problems": problems[:SHOWN_PROBLEMS],
        "more": max(len(problems) - SHOWN_PROBLEMS, 0),
    }
    status = 422 if form.is_bound else 200
    return render(request, "office/load_table.html", context, status=status)
