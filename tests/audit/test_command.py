"""The chain's head, noted elsewhere, proves later that nothing up to there was changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from pingyi.audit import sealing
from pingyi.shell.main import main
from tests.staff import staff

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def run(*words: str):
    return CliRunner().invoke(main, ["audit", *words])


def test_a_noted_head_stays_part_of_the_chain():
    staff("first")
    sealing.seal(at=AT)
    noted = run("head").output.split()
    assert noted == [str(sealing.verify().links), sealing.verify().head]
    staff("second")
    sealing.seal(at=AT)
    assert run("head").output.split() != noted
    done = run("verify", *noted)
    assert (done.exit_code, done.output.split()[-1]) == (0, "holds")


def test_another_head_is_not():
    staff("first")
    sealing.seal(at=AT)
    assert run("verify", "1", "00" * 32).exit_code == 1
    assert run("verify", "999", sealing.head().digest).exit_code == 1
    assert run("verify", "1").exit_code == 2


def test_before_anything_is_sealed():
    assert run("head").output.split() == ["0", "00" * 32]
    assert run("verify").exit_code == 0
