"""Writes walk.txt anew, as every address answers now: `.venv/bin/python -m tests.web.write_walk`.

Several minutes. Read the difference line by line before it is committed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from django.db import transaction

HEAD = """\
# What every address answers to whom; tests/web/test_walk.py compares.
#   +  shown or done      >  sent elsewhere (302, 303)   -  not allowed (403)   0  not there (404)
#   ?  asked again, or not now (400, 409, 422, 429)      m  no such method (405)
# Columns: a stranger · a unit's administrator: of this unit, of another · then each role: in this
# district, in another, in the city · and the three administrators.
"""

DEEDS = """\
# Each deed, on something in the own district and unit in a state in which it can be done, made by
# others: who does it (>), who may not or not alone (?).
"""


def test_write_the_table(world, one_menu) -> None:
    """Collected by `main` alone, for the city and the fixtures that tests have."""
    from tests.web.test_walk import GROUPS, TABLE, do_all, walk

    walked = {}
    for group in GROUPS:
        with transaction.atomic():
            walked[group] = walk(world, group)
            transaction.set_rollback(True)
        world.people.clear()
    with transaction.atomic():
        done = do_all(world, GROUPS)
        transaction.set_rollback(True)
    lines = [*_lines(walked, GROUPS), *DEEDS.splitlines(), *_lines(done, GROUPS)]
    TABLE.write_text(HEAD + "\n".join(lines) + "\n")


def _lines(walked, groups) -> Iterator[str]:
    for method, route in walked["stranger"]:
        signs = " ".join(walked[group][method, route] for group in groups)
        yield f"{method:<4} {signs} {route or '/'}"


def main() -> int:
    """Run the writing as a test is run, on a database of its own."""
    return pytest.main(["-q", "-n0", __file__])


if __name__ == "__main__":
    sys.exit(main())
