"""One cell as text, the same whichever program wrote it; and text that no program calculates."""

import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

from pingyi.kernel.text import clean_text
from pingyi.kernel.workdays import SHANGHAI

Cell = str | int | float | Decimal | bool | date | datetime | time | None

# Spreadsheets in Chinese take the full-width forms for formulas too.
_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def as_text(value: object) -> str:
    """`420100.0` → `420100`, a date → `2026-11-21`, a moment → `2026-11-21 18:40:00`.

    Text is cleaned and stripped. An aware moment is given in Asia/Shanghai; midnight without a
    zone, as spreadsheets store a date, is a date. Nothing is the empty string.
    """
    match value:
        case None:
            return ""
        case str():
            return _text(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _number(value)
        case datetime():
            return _moment(value)
        case _:
            return str(value)


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet that opens this text from a CSV file may calculate it."""
    return text.startswith(_STARTS_A_FORMULA)


def escape_cell(text: str) -> str:
    """Text that a spreadsheet could take for a formula gets a leading apostrophe."""
    return f"'{text}" if is_formula_like(text) else text


def _text(value: str) -> str:
    # Most cells need no cleaning, and there are millions of them.
    if value.isprintable() and unicodedata.is_normalized("NFC", value):
        return value.strip()
    return clean_text(value).strip().strip("\ufeff\u200b").strip()


def _number(value: float) -> str:
    text = f"{Decimal(repr(value)):f}"
    return text.removesuffix(".0")


def _moment(value: datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(SHANGHAI).replace(tzinfo=None)
    elif value.time() == time():
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")
