"""What may be done on a thing that is no case: shown by `components/choices.html` like a case's
deeds, greyed with the policy's reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework.reasons import Reason, Refusal
from pingyi.directory.models import Unit
from pingyi.web.components.forms import DeskForm, TextField


@dataclass(frozen=True)
class Named:
    """What a step is called."""

    key: str
    title: str | Promise
    submit: str | Promise


@dataclass(frozen=True)
class Offer:
    """A step offered: with its form, or greyed with its reason."""

    deed: Named
    form: DeskForm | None
    url: str
    reason: str = ""
    first: bool = False
    wrong: bool = False


def offer(
    named: Named,
    form: DeskForm,
    url: str,
    *,
    reason: Reason | None = None,
    first: bool = False,
    sent: DeskForm | None = None,
) -> Offer:
    """A step's form, as it was `sent` if it came back; greyed while there is a `reason`."""
    back = sent if sent is not None and sent.form_id == form.form_id else None
    if reason is not None and back is None:
        return Offer(named, None, url, str(reason))
    return Offer(named, back or form, url, first=first, wrong=back is not None)


def blame(form: DeskForm, refused: Refusal) -> None:
    """Show the refusal at the field it is about."""
    form.refuse(str(refused), refused.reason.field or None)


def answer_refusal(request: HttpRequest, form: DeskForm, refused: Refusal) -> int:
    """Show the refusal: at its field (422), or above the page, which may have moved on (409)."""
    if refused.reason.field:
        blame(form, refused)
        return 422
    messages.error(request, str(refused))
    return 409


def sent_form(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty one that was sent is not the same as none."""
    return request.POST if request.method == "POST" else None


class UnitField(TextField):
    """A unit, by its code or its whole name."""

    default_error_messages = {
        "unknown": _("没有这个编码或名称的单位。"),
        "several": _("有几个单位叫这个名称，请填编码。"),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("填单位编码，或单位全称"))
        super().__init__(max_length=120, **options)

    def clean(self, value: Any) -> Unit | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        found = list(Unit.objects.filter(code=text)[:1]) or list(
            Unit.objects.filter(name=text, retired_at=None)[:2]
        )
        if not found:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        if len(found) > 1:
            raise forms.ValidationError(self.error_messages["several"], "several")
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Unit) else value


class DayField(forms.DateField):
    """A day, picked."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> date | None:
        found = super().to_python(value)
        if found is not None and not 1990 <= found.year <= 2100:
            raise forms.ValidationError(gettext("请核对年份。"))
        return found
