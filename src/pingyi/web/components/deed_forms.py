"""Doing what a form says, and showing its refusal where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pingyi.casework.reasons import Refusal
from pingyi.web.components.forms import DeskForm


def done(form: DeskForm, run: Callable[..., Any], **given: Any) -> Any | None:
    """What the action made of the form's data and `given`; None if it was not done, the reason
    then standing in the form."""
    if not form.is_valid():
        return None
    try:
        return run(**{**form.cleaned_data, **given})
    except Refusal as refused:
        form.refuse(str(refused), refused.reason.field or None)
        return None
