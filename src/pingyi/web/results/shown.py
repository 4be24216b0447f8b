"""A released row as the public reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from pingyi.publication import wording
from pingyi.publication.models import ReleasedResult
from pingyi.scoring.intervals import FEW, wilson


@dataclass(frozen=True)
class Rate:
    """A satisfaction rate with its 95 % interval (Wilson); `few` says it rests on little."""

    good: int
    counted: int

    @property
    def known(self) -> bool:
        return bool(self.counted)

    @property
    def few(self) -> bool:
        return self.counted < FEW

    @property
    def text(self) -> str:
        return wording.rate_text(self.good, self.counted)

    @property
    def share(self) -> float:
        return self.good / self.counted

    @property
    def bounds(self) -> tuple[float, float]:
        return wilson(self.good, self.counted)

    @property
    def interval(self) -> str:
        """`96.13–99.40%`."""
        return wording.interval_text(self.good, self.counted)

    @property
    def said(self) -> str:
        """The whole of it in words."""
        if not self.known:
            return gettext("评价不足 10 条，不公布")
        return gettext("%(rate)s（95%% 区间 %(interval)s，%(counted)s 条评价）") % {
            "rate": self.text,
            "interval": self.interval,
            "counted": f"{self.counted:,}",
        }


def rate_of(row: ReleasedResult) -> Rate:
    """What of its ratings is public."""
    return Rate(row.shown_good, row.shown_counted)


def unit_url(row: ReleasedResult, season: str) -> str:
    return reverse("results:unit", args=[season, row.code])
