"""A list without an order comes in another order each time: whoever leans on luck fails."""

from __future__ import annotations

import random

import pytest
from django.db.models.query import ModelIterable, QuerySet

_fetch_all = QuerySet._fetch_all


def _fetch_all_shuffled(self: QuerySet) -> None:
    fresh = self._result_cache is None
    _fetch_all(self)
    if fresh and not self.ordered and issubclass(self._iterable_class, ModelIterable):
        random.Random(len(self._result_cache)).shuffle(self._result_cache)


@pytest.fixture(autouse=True)
def _unordered_is_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "_fetch_all", _fetch_all_shuffled)
