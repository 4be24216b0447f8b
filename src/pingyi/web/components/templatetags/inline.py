"""`{% inline_style %}`: the citizens' stylesheet inside the page."""

from django import template
from django.utils.safestring import SafeString

from pingyi.web.components.inline_style import ELEMENT

register = template.Library()


@register.simple_tag
def inline_style() -> SafeString:
    return ELEMENT
