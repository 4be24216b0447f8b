"""The components every page is made of; `/styleguide/` shows each with its states."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """`2026-11-21 18:40` in the city's time, or an em dash for no time at all."""
    return "—" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
