"""Exact numbers that count: read from strings, rounded once, half-up. Never a float."""

import re
from decimal import Decimal
from fractions import Fraction

_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def decimal(text: str) -> Decimal:
    """A plain decimal string as `-6` or `92.50`; raises ValueError for any other form."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"not a decimal number: {text!r:.40}")
    return Decimal(text)


def half_up(value: Decimal | Fraction | int, places: int = 2) -> Decimal:
    """Rounded to `places`, a half away from zero: 0.125 → 0.13, −0.125 → −0.13.

    Exact for fractions too: 2/3 is not cut to a Decimal before it is rounded.
    """
    exact = Fraction(value) * 10**places
    units = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return Decimal(f"{units if exact >= 0 else -units}e-{places}")


def percentage(part: int, whole: int, places: int = 2) -> str | None:
    """`part` of `whole` as `99.80`; None when there is no whole, since 0 % would be a claim."""
    return f"{half_up(Fraction(100 * part, whole), places):f}" if whole else None
