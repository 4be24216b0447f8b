"""Users and their appointments."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from pingyi.audit.personal import Encrypted
from pingyi.directory.models import Area, Unit
from pingyi.people.roles import ADMINISTRATORS, SCOPED_TO_UNIT, Role

OF_UNIT = sorted(str(role) for role in SCOPED_TO_UNIT)
OF_ALL = sorted(str(role) for role in ADMINISTRATORS)

PHONE = "contact.phone"
"""Context of phones: the same as of raters' phones, so that staff who rate can be found."""

EMAIL = "user.email"
"""Context of staff's e-mail addresses."""


class User(AbstractUser):
    """A member of staff. Citizens have no account. Nobody is a superuser.

    `mail_digest`: she wants the daily overview by e-mail; the inbox has everything anyway. The
    framework's own `email` stays empty: addresses are encrypted.
    """

    name = models.CharField(max_length=60, blank=True)
    phone_cipher = models.BinaryField(null=True, blank=True)
    phone_print = models.BinaryField(max_length=20, null=True, blank=True)
    email_cipher = models.BinaryField(null=True, blank=True)
    mail_digest = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")

    personal = (
        Encrypted("phone_cipher", PHONE, fingerprint="phone_print"),
        Encrypted("email_cipher", EMAIL),
    )

    @property
    def audit_name(self) -> str:
        return self.username

    def __str__(self) -> str:
        return self.name or self.username


class Appointment(models.Model):
    """A role held within an area (its whole subtree), a unit, or (administrators) everywhere."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=[(r.value, r.zh) for r in Role])
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["user_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=OF_UNIT, unit__isnull=False, area__isnull=True)
                | Q(role__in=OF_ALL, unit__isnull=True)
                | (~Q(role__in=OF_UNIT + OF_ALL) & Q(area__isnull=False, unit__isnull=True)),
                name="appointment_scope_fits_role",
                violation_error_message="A unit's role needs a unit, every other role an area.",
            ),
        ]


class OneTimeLink(models.Model):
    """A first sign-in: opens once, until it expires. Only the token's digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="one_time_links")
    digest = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
