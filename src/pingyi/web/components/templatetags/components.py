"""The components every page is made of; `/styleguide/` shows each with its states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms, template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from pingyi.casework import timeline
from pingyi.casework.models import Case
from pingyi.casework.states import Finding
from pingyi.casework.time_models import TimeRequest
from pingyi.people.models import User
from pingyi.web.components import case_cells, escalated, markup, words
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.menu import case_tabs_for
from pingyi.web.components.tables import Listing

register = template.Library()

register.filter("moment", words.moment_text)
register.filter("say", words.say)


@register.filter
def grouped(value: int) -> str:
    """`12,345`: figures of four digits and more are grouped."""
    return intcomma(value, use_l10n=False)


@register.filter
def called(login: str) -> str:
    """What the person with this login is called; the login itself for a program, or nobody."""
    found = User.objects.filter(username=login).first()
    return login if found is None else str(found)


@register.simple_tag
def clock(due_at: datetime | None, at: datetime) -> SafeString:
    """Time remaining until `due_at`, or how much too late; the date itself on hover."""
    return markup.clock(due_at, at)


@register.simple_tag
def deadline(clock: markup.Deadline, at: datetime) -> SafeString:
    """A `clocks.Deadline` in whatever state it is."""
    return markup.deadline(clock, at)


@register.simple_tag
def tag(text: str, tone: str = "") -> SafeString:
    """A state as a word in a pill; tone: open, good, warn, bad or nothing."""
    return markup.tag(text, tone)


@register.simple_tag
def term_tag(term: words.Term, tone: str = "") -> SafeString:
    """A state named by a term of the domain."""
    return markup.term_tag(term, tone)


@register.simple_tag
def level_tag(rank: int) -> SafeString:
    """A rating's level as a pill, by rank 5 (best) to 1."""
    return markup.level_tag(rank)


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField, hotkeys: bool = False) -> dict[str, Any]:
    """A form field: label, control, hint, error; `hotkeys` shows digits beside its choices."""
    widget = bound.field.widget
    return {
        "bound": bound,
        "errors": bound.errors,
        "hint": bound.help_text,
        "optional": not bound.field.required and not isinstance(widget, forms.Select),
        "choices": isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)),
        "tick": isinstance(widget, forms.CheckboxInput),
        "again": getattr(bound, "again", ""),
        "hotkeys": hotkeys,
        "one_column": hotkeys or bound.field.widget.attrs.get("data-column") == "one",
    }


@register.inclusion_tag("components/form.html", takes_context=True)
def desk_form(
    context: template.Context,
    form: forms.Form,
    action: str,
    submit: str,
    manner: str = "",
) -> dict[str, Any]:
    """A whole form that posts to `action`: its errors, fields and one button at the end."""
    return {
        "form": form,
        "action": action,
        "submit": submit,
        "manner": manner,
        "csrf_token": context.get("csrf_token"),
        "hotkeys": getattr(form, "hotkeys", ""),
    }


@register.inclusion_tag("components/table.html")
def data_table(listing: Listing) -> dict[str, Any]:
    """A listing: filters, heads that sort, rows, pages, and its files."""
    return {"listing": listing}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def case_tabs(context: template.Context) -> dict[str, Any]:
    """The pages about cases side by side, those the reader may open."""
    request = context["request"]
    return {"label": gettext("案件"), "links": case_tabs_for(request.user, request.path)}


@register.inclusion_tag("components/tile.html")
def tile(label: str, figure: object, url: str = "", of: str = "", unit: str = "") -> dict[str, Any]:
    """A figure that links to its records; `of` is the denominator in words."""
    shown = grouped(figure) if isinstance(figure, int) else figure
    return {"label": label, "figure": shown, "url": url, "of": of, "unit": unit}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", link: str = "") -> dict[str, Any]:
    """Nothing here, why, and where to go instead."""
    return {"title": title, "text": text, "url": url, "link": link}


@register.inclusion_tag("components/files.html")
def file_list(rows: Sequence[FileRow]) -> dict[str, Any]:
    """Files that can be had, each with its kind, size, day and giver."""
    return {"rows": rows}


@register.inclusion_tag("components/refused.html")
def refused(label: str, reason: str) -> dict[str, Any]:
    """A button that may not be pressed now, with the policy's reason beside it."""
    return {"label": label, "reason": reason}


@register.inclusion_tag("components/message.html")
def message(text: str, kind: str = "info") -> dict[str, Any]:
    """A message in the page; kind: info, success, warning or error."""
    return {"text": text, "kind": kind, "shape": MESSAGE_SHAPES.get(kind, "")}


@register.filter
def message_shape(kind: str) -> str:
    """The shape before a message, so that its kind is not told by colour alone."""
    return MESSAGE_SHAPES.get(kind, "ℹ")


MESSAGE_SHAPES = {"success": "✓", "warning": "!", "error": "✕", "info": "ℹ"}


@register.simple_tag
def page_url(listing: Listing, page: int) -> str:
    """The address of another page of the listing."""
    return listing.url(page=page)


@register.simple_tag
def export_url(listing: Listing, kind: str) -> str:
    """The address of the whole listing as a file."""
    return listing.url(export=kind, page="")


@register.simple_tag
def state_tag(case: Case) -> SafeString:
    """A case's state."""
    return case_cells.state_tag(case)


@register.simple_tag
def case_cause(case: Case) -> str:
    """The rating's level, or else where the case comes from."""
    return case_cells.cause_text(case)


@register.simple_tag
def finding_tag(finding: Finding) -> SafeString:
    """A verdict's finding."""
    return markup.term_tag(finding, case_cells.FINDING_TONES[finding])


register.filter("clock_name", case_cells.clock_name)
register.filter("escalation_tag", escalated.escalation_tag)


@register.filter
def more_time(request: TimeRequest) -> str:
    """What a request for more time asks for."""
    return timeline.more_time(request)
