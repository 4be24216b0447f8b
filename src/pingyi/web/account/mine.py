"""One's own account: what it may do, its password and second factor, its language and mail, and
the way out."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pingyi.notices.installed import Channel, gateways
from pingyi.people import actions
from pingyi.people.models import Appointment, User
from pingyi.people.policies import LONGEST_EMAIL, Refused
from pingyi.people.roles import Role
from pingyi.web.components.access import SignedIn
from pingyi.web.components.forms import DeskForm, TextField, TickField
from pingyi.web.components.words import say


class MailForm(DeskForm):
    """In which language, and where the day's overview goes, if it is wanted."""

    form_id = "mail"

    language = forms.ChoiceField(
        label=_("语言"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=_("页面和发给您的邮件都用这种语言。"),
    )
    address = TextField(
        label=_("邮箱地址"),
        max_length=LONGEST_EMAIL,
        required=False,
        help_text=_("加密保存，只用来给您本人发每日汇总。"),
    )
    digest = TickField(label=_("每个工作日给我发一封待办汇总"))

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["address"].widget.input_type = "email"
        self.fields["address"].widget.attrs["autocomplete"] = "email"


def roles_held(user: User) -> list[tuple[Appointment, str]]:
    """The user's appointments, ended ones too, each with its role's name."""
    held = user.appointments.select_related("area", "unit")
    return [(one, say(Role(one.role))) for one in held]


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedIn) -> HttpResponse:
    """The page behind one's own name; POST sets one's mail."""
    user = request.user
    form = MailForm(
        request.POST if request.method == "POST" else None,
        initial={
            "language": user.language,
            "address": actions.email_of(user),
            "digest": user.mail_digest,
        },
    )
    if form.is_bound and form.is_valid():
        try:
            before = user.language
            language = _save(user, **form.cleaned_data)
        except Refused as refused:
            form.refuse(str(refused), "address")
        else:
            done = redirect("account:mine")
            if language != before:  # else the pages stay in the language they are read in
                done.set_cookie(
                    settings.LANGUAGE_COOKIE_NAME,
                    language,
                    max_age=settings.LANGUAGE_COOKIE_AGE,
                    samesite=settings.LANGUAGE_COOKIE_SAMESITE,
                    secure=settings.LANGUAGE_COOKIE_SECURE,
                )
                translation.activate(language)
            messages.success(request, gettext("已保存。"))
            return done
    context = {
        "held": [(one, role) for one, role in roles_held(user) if one.until is None],
        "guarded": is_mfa_enabled(user),
        "form": form,
        "mails": Channel.EMAIL in gateways(),
    }
    return render(request, "account/mine.html", context, status=422 if form.errors else 200)


def _save(user: User, *, language: str, address: str, digest: bool) -> str:
    """What the form says, all or nothing; the language that now holds."""
    at = timezone.now()
    with transaction.atomic():
        actions.set_mail(user=user, address=address, digest=digest, by=user, at=at)
        if language and language != user.language:
            actions.set_language(user=user, language=language, by=user, at=at)
    return user.language
