"""Whether an office's text may reach the unit: it names nobody and is not the rater's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from pingyi.audit.keys import keyring
from pingyi.casework.intake_models import open_name, open_sender
from pingyi.casework.models import Case
from pingyi.casework.policies import consents
from pingyi.casework.problem_models import Problem
from pingyi.casework.reasons import HER_MATTER, HER_NAME, HER_OWN_WORDS, NAMES_HER, Reason
from pingyi.casework.showing import NOBODY
from pingyi.kernel.masking import redact
from pingyi.kernel.text import clean_text
from pingyi.ratings.contacts import open_matter


class Named(Protocol):
    """An upload, checked or not, or a file that was kept."""

    @property
    def name(self) -> str | None: ...


COPIED = 12
"""So many of her letters in a row are hers and not the office's."""
SHORTEST = 6
"""A comment shorter than this is anybody's ("态度差")."""
SHORTEST_NUMBER, SHORTEST_SOURCE, SHORTEST_NAME = 4, 5, 2
"""Letters of the Latin kind and digits, or Hanzi: fewer than that are no number and no name."""


def unfit_for_unit(text: str, case: Case, *, field: str) -> Reason | None:
    """Why the unit may not read `text`, as a reason at `field`; None if it may.

    She may have agreed on the phone that it knows her matter, or reads her words; nobody is asked
    whether their name may be told.
    """
    matter_agreed, words_agreed = consents(case)
    found = _unfit(text, case, matter_agreed, words_agreed)
    return replace(found, field=field) if found is not None else None


def unfit_files(uploads: Iterable[Named], case: Case, *, field: str = "uploads") -> Reason | None:
    """Why the unit is not given one of these files: it reads what each is called."""
    unfit = (unfit_for_unit(upload.name or "", case, field=field) for upload in uploads)
    found = next(filter(None, unfit), None)
    if found is None:
        return None
    return replace(found, zh=f"附件名称：{found.zh}", en=f"Name of a file: {found.en}")


def unfit_for_units(text: str, cases: Iterable[Case]) -> Reason | None:
    """Why the units of all these cases may not read one `text`: nobody agreed that any unit but
    her own knows her matter or reads her words."""
    found = (_unfit(text, case, matter_agreed=False, words_agreed=False) for case in cases)
    reason = next(filter(None, found), None)
    return replace(reason, field="text") if reason is not None else None


def _unfit(text: str, case: Case, matter_agreed: bool, words_agreed: bool) -> Reason | None:
    if redact(text, landlines=False) != text:
        return NAMES_HER
    if any(names(text, hers) for hers in _her_names(case)):
        return HER_NAME
    if not matter_agreed and names(text, _her_matter(case)):
        return HER_MATTER
    if not words_agreed and any(repeats(text, hers) for hers in _her_texts(case)):
        return HER_OWN_WORDS
    return None


def names(text: str, hers: str) -> bool:
    """Whether `text` holds her number or name, however it is spaced; a short number only where it
    stands by itself: 1234 is not in 12345."""
    letters = _letters(hers)
    if len(letters) < (SHORTEST_NUMBER if letters.isascii() else SHORTEST_NAME):
        return False
    if letters.isascii() and len(letters) < SHORTEST:
        spaced = r"[\W_]*".join(letters)
        return re.search(rf"(?<![0-9a-z]){spaced}(?![0-9a-z])", _folded(text)) is not None
    return letters in _letters(text)


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
        written = [source.message.subject, source.message.text]
    else:
        written = []
    return written + list(case.rejudgements.values_list("words", flat=True))


def _her_matter(case: Case) -> str:
    """The number her unit knows her matter by: what she left with the rating, or the number of her
    petition, message or call. A short one of these is anybody's: a year, an amount."""
    source = getattr(case, "source", None)
    if source is not None:
        hers = source.reply_owed and len(_letters(source.number)) >= SHORTEST_SOURCE
        return str(source.number) if hers else ""
    contact = getattr(case.rating, "contact", None)
    return open_matter(contact, keyring=keyring()) if contact is not None else ""


def _her_names(case: Case) -> list[str]:
    """The name somebody left with the case, and the one their message was sent under."""
    source = getattr(case, "source", None)
    if source is None:
        return []
    sender = open_sender(source.message, keyring=keyring()) if source.message else ""
    return [name for name in (open_name(source, keyring=keyring()), sender) if name not in NOBODY]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", clean_text(text)).lower()


def _letters(text: str) -> str:
    return "".join(letter for letter in _folded(text) if letter.isalnum())
