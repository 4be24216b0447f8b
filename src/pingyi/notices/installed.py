"""The gateways this installation has, by channel; a channel without one lets its messages wait."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from pingyi.notices.gateways import Gateway, HttpGateway, TrialGateway
from pingyi.notices.models import Outgoing
from pingyi.notices.smtp import SmtpGateway

Channel = Outgoing.Channel


def gateways() -> Mapping[Channel, Gateway]:
    """Made once of the settings. In trial mode every channel has one, and nothing leaves."""
    env = settings.PINGYI
    found = {
        Channel.SMS: _sms(env.sms_url, env.sms_token),
        Channel.EMAIL: _mail(env.smtp_url, env.mail_from, env.smtp_user, env.smtp_password),
    }
    if env.trial:
        return {channel: gateway or _TRIAL for channel, gateway in found.items()}
    return {channel: gateway for channel, gateway in found.items() if gateway is not None}


_TRIAL = TrialGateway()


@cache
def _sms(url: str, token: str) -> Gateway | None:
    return HttpGateway(url, token) if url else None


@cache
def _mail(url: str, sender: str, user: str, password: str) -> Gateway | None:
    return SmtpGateway(url, sender, user=user, password=password) if url else None
