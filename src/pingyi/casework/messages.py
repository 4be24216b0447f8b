"""What the rater is sent: that there is an answer, never what it says or what she rated."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from pingyi.audit.actions import Actor
from pingyi.audit.keys import keyring
from pingyi.casework.models import Case
from pingyi.notices.actions import queue_sms
from pingyi.ratings.contacts import open_phone

ANSWERED = "【评议】您的评价已有答复，请凭回执查看：{address}"


def tell_her_of_the_answer(case: Case, *, by: Actor, at: datetime) -> bool:
    """Queue the SMS; False if she left no phone."""
    contact = getattr(case.rating, "contact", None)
    phone = open_phone(contact, keyring=keyring()) if contact is not None else ""
    if not phone or case.rating is None:
        return False
    address = f"{settings.PINGYI.public_url}/t/{case.rating.receipt}"
    text = ANSWERED.format(address=address)
    queue_sms(phone=phone, text=text, purpose="case.reply", by=by, at=at)
    return True
