"""Forms to ask for more time for a clock, and to decide on it: of cases, items and letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingyi.clocks.more_time import LONGEST_REASON
from pingyi.clocks.names import MoreTime
from pingyi.rulebook import ClockRule
from pingyi.web.components.forms import DeskForm, LongTextField, TermField


class ExtendForm(DeskForm):
    """So many working days more."""

    form_id = "ask-time"
    days = forms.IntegerField(label=_("延期几个工作日"), min_value=1)
    reason = LongTextField(
        label=_("理由"),
        rows=3,
        max_length=LONGEST_REASON,
        help_text=_("如等待法院裁判、专家意见。由另一人决定，双方都会看到。"),
    )

    def __init__(self, *args: Any, most: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if most is not None:
            self.fields["days"].widget.attrs["max"] = most


class AskTimeForm(ExtendForm):
    """A pause, or so many working days more, as far as the scheme allows it."""

    what = TermField(MoreTime, label=_("申请"))
    days = forms.IntegerField(
        label=_("延期几个工作日"), required=False, min_value=1, help_text=_("暂停的不填。")
    )
    field_order = ("what", "days", "reason")

    def __init__(self, *args: Any, rule: ClockRule | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        what = self.fields["what"]
        if rule is not None and isinstance(what, TermField):
            allowed = {MoreTime.PAUSE: rule.may_pause, MoreTime.EXTENSION: rule.extensions > 0}
            what.terms = [term for term in what.terms if allowed[MoreTime(str(term))]]


class GrantTimeForm(DeskForm):
    form_id = "grant-time"


class RefuseTimeForm(DeskForm):
    form_id = "refuse-time"
    reason = LongTextField(label=_("理由"), rows=3, help_text=_("单位会看到。"))


class ResumeForm(DeskForm):
    form_id = "resume"
