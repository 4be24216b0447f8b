"""Words of the domain that know their own two names. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word of the domain: its code, and what people call it in Chinese and English."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.zh = zh
        term.en = en
        return term
