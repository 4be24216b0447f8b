"""What the log hears of a rating that cannot be stored: where and of what kind, no words."""

from __future__ import annotations

import logging

from django.db import DataError

from pingyi.ratings import batching
from pingyi.ratings.batching import Unavailable, Writer


def test_a_database_that_quotes_the_row_does_not_bring_her_words_into_the_log(monkeypatch, caplog):
    words = "他们收了我" + "三百块"

    def refuses(connection, entries):
        raise DataError(f"value too long\nDETAIL: Failing row contains (1, {words}).")

    monkeypatch.setattr(batching, "write_alone", refuses)
    writer = Writer.__new__(Writer)
    writer._connection = None
    caplog.set_level(logging.DEBUG)
    (result,) = writer._commit(["an entry"])
    assert isinstance(result, Unavailable)
    assert "DataError" in caplog.text
    assert "in refuses" in caplog.text
    assert words not in caplog.text
