"""The form by which somebody's cases go to another."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.people.models import User
from pingyi.web.components.forms import DeskForm, LongTextField


class HandOverForm(DeskForm):
    form_id = "hand-over"
    giver = forms.ModelChoiceField(
        label=_("原承办人"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    assignee = forms.ModelChoiceField(
        label=_("转交给"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    reason = LongTextField(
        label=_("理由"), required=False, rows=2, max_length=200, help_text=_("如原承办人外出。")
    )

    def __init__(
        self, *args: Any, givers: QuerySet[User], takers: QuerySet[User], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name, found in (("giver", givers), ("assignee", takers.order_by("name", "pk"))):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = found

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        giver = self.cleaned_data.get("giver")
        if giver is not None and giver == self.cleaned_data.get("assignee"):
            self.add_error("assignee", gettext("须转交给另一人。"))
        return given
