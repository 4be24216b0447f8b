"""Forms as the desks use them: text cleaned once, choices from the domain's terms, no surprises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext

from pingyi.kernel.text import clean_text
from pingyi.web.components.words import Term, say


class TextField(forms.CharField):
    """Words people write: control characters dropped, one form of Unicode, line ends as `\\n`."""

    def to_python(self, value: Any) -> str | None:
        return super().to_python(clean_text(value) if isinstance(value, str) else value)


class LongTextField(TextField):
    """Several lines of them."""

    def __init__(self, *, rows: int = 4, max_length: int = 2000, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **options)


class TermField(forms.ChoiceField):
    """One of the domain's terms, shown as radio buttons in the reader's language."""

    def __init__(self, terms: Iterable[Term], *, blank: Any = None, **options: Any) -> None:
        self.terms = list(terms)
        options.setdefault("widget", forms.RadioSelect)
        lead = [] if blank is None else [("", blank)]
        super().__init__(
            choices=lambda: [*lead, *((str(term), say(term)) for term in self.terms)], **options
        )

    def to_python(self, value: Any) -> str:
        found = super().to_python(value)
        return next((str(term) for term in self.terms if str(term) == found), found)


class MomentField(forms.DateTimeField):
    """A day and an hour, picked; the city's own time."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> datetime | None:
        found = super().to_python(value)
        if found is not None and not 1990 <= found.year <= 2100:
            raise forms.ValidationError(gettext("请核对年份。"))
        return found


class TickField(forms.BooleanField):
    """A box to tick; ticking is never required unless said."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(**options)


class DeskForm(forms.Form):
    """A form whose field names are the argument names of the action it feeds.

    `form_id` tells several forms of one page apart, in their element ids too.
    """

    form_id = "form"
    required_css_class = "required"

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", f"{self.form_id}-%s")
        super().__init__(*args, **options)

    @property
    def hotkeys(self) -> str:
        """The name of the field whose choices the digit keys pick; none by default."""
        return ""

    def refuse(self, reason: str, field: str | None = None) -> None:
        """Show why the action refused, at `field` where it is to blame."""
        self.add_error(field if field in self.fields else None, reason)
