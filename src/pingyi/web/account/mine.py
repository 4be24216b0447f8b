"""One's own account: what it may do, its password and second factor, its mail, and the way out."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
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
    """Where the day's overview goes, if it is wanted."""

    form_id = "mail"

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
        initial={"address": actions.email_of(user), "digest": user.mail_digest},
    )
    if form.is_bound and form.is_valid():
        try:
            actions.set_mail(user=user, **form.cleaned_data, by=user, at=timezone.now())
        except Refused as refused:
            form.refuse(str(refused), "address")
        else:
            messages.success(request, _("已保存。"))
            return redirect("account:mine")
    context = {
        "held": [(one, role) for one, role in roles_held(user) if one.until is None],
        "guarded": is_mfa_enabled(user),
        "form": form,
        "mails": Channel.EMAIL in gateways(),
    }
    return render(request, "account/mine.html", context, status=422 if form.errors else 200)
