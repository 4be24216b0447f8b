"""What a notice says, in both languages: it is read in another than it was caused in."""

from __future__ import annotations

from pingyi.kernel.terms import Term


class Sentence(str):
    """A sentence in Chinese that knows its English; both with the same `{places}`.

    Terms fill a place with their own two names, anything else with itself.
    """

    en: str

    def __new__(cls, zh: str, en: str = "") -> Sentence:
        made = super().__new__(cls, zh)
        made.en = en
        return made

    def format(self, *args: object, **values: object) -> Sentence:
        zh = {name: _named(value, "zh") for name, value in values.items()}
        en = {name: _named(value, "en") for name, value in values.items()}
        return Sentence(super().format(*args, **zh), self.en.format(*args, **en))


def english(text: str) -> str:
    """A text's English, "" for one that has none."""
    return text.en if isinstance(text, Sentence) else ""


def _named(value: object, language: str) -> object:
    return getattr(value, language) if isinstance(value, Term) else value
