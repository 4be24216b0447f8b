"""What is wrong with a file is said in the reader's language to the last comma."""

from __future__ import annotations

import pytest
from django.utils import translation

from pingyi.directory import reading
from pingyi.directory.checks import unknown_kind
from pingyi.directory.policies import Refused, Why
from pingyi.directory.problems import Problem
from pingyi.kernel.tables import TableErrors, read_tables
from tests.catalogues import CHINESE


def complaint_of_the_reader() -> str:
    with pytest.raises(TableErrors) as caught:
        read_tables(b"\xff\xff\xff", filename="units.csv")
    return str(reading.from_tables(caught.value))


SAID = {
    "the file itself": complaint_of_the_reader,
    "a kind there is not": lambda: unknown_kind("shop"),
    "a row": lambda: str(Problem("units", 3, "code", "…")),
    "a refusal with its detail": lambda: str(Refused(Why.GROUP_UNKNOWN, "medical")),
}


@pytest.mark.parametrize("what", SAID)
@pytest.mark.parametrize(("language", "chinese"), [("en", False), ("zh-hans", True)])
def test_a_complaint_speaks_one_language(what, language, chinese):
    with translation.override(language):
        assert bool(CHINESE.search(SAID[what]())) is chinese
