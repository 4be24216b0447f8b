"""The first sign-in: a one-time link, a password of one's own."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pingyi.people import links
from pingyi.people.actions import use_link
from pingyi.people.policies import Refused
from pingyi.web.components.forms import DeskForm


class PasswordForm(DeskForm):
    form_id = "welcome"

    password = forms.CharField(
        label=_("设置密码"),
        help_text=_("至少 10 个字符，不能全是数字，也不能太常见。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=128,
        strip=False,
    )
    again = forms.CharField(
        label=_("再输一遍"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=128,
        strip=False,
    )

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("两次输入不一致。"))


@login_not_required
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password by a one-time link; unknown, used and expired ones look the same."""
    at = timezone.now()
    link = links.find(token, at=at)
    if link is None:
        return render(request, "account/link_spent.html", status=410)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            use_link(link=link, password=form.cleaned_data["password"], by=link.user, at=at)
        except ValidationError as weak:
            form.add_error("password", weak)
        except Refused:
            return render(request, "account/link_spent.html", status=410)
        else:
            messages.success(request, _("密码已设置，请登录。"))
            return redirect("account_login")
    return render(request, "account/welcome.html", {"form": form, "link": link})
