"""Whether an office's text may reach the unit: it names nobody and is not the rater's own."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from pingyi.casework.models import Case
from pingyi.casework.policies import HER_OWN_WORDS, NAMES_HER, Reason, consents
from pingyi.casework.problem_models import Problem
from pingyi.kernel.masking import redact
from pingyi.kernel.text import clean_text

COPIED = 12
"""So many of her letters in a row are hers and not the office's."""
SHORTEST = 6
"""A comment shorter than this is anybody's ("态度差")."""


def unfit_for_unit(text: str, case: Case, *, field: str) -> Reason | None:
    """Why the unit may not read `text`, as a reason at `field`; None if it may."""
    if redact(text, landlines=False) != text:
        return replace(NAMES_HER, field=field)
    _, words_agreed = consents(case)
    if not words_agreed and any(repeats(text, hers) for hers in _her_texts(case)):
        return replace(HER_OWN_WORDS, field=field)
    return None


def repeats(text: str, hers: str) -> bool:
    """Whether `text` holds a run of her letters: 12 of them, or all of a shorter comment."""
    ours, hers = _letters(text), _letters(hers)
    if len(hers) < SHORTEST:
        return False
    size = min(COPIED, len(hers))
    return any(hers[n : n + size] in ours for n in range(len(hers) - size + 1))


def beginning_of_letter(about: Case | Problem) -> dict[str, str]:
    """How a letter because of it begins: the number is its matter. Letters are in Chinese."""
    matter = f"{'评议案件' if isinstance(about, Case) else '评议问题'}{about.number}号"
    return {"title": f"关于{matter}的函", "body": f"现就{matter}有关事项函告如下。\n"}


def _her_texts(case: Case) -> list[str]:
    source = getattr(case, "source", None)
    if case.rating is not None:
        written = [case.rating.comment]
    elif source is not None and source.message is not None:
        written = [source.message.text]
    else:
        written = []
    return written + list(case.rejudgements.values_list("words", flat=True))


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", clean_text(text)).lower()
    return "".join(letter for letter in folded if letter.isalnum())
