"""`pingyi serve` refuses what would be unsafe, before anything listens."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner
from django.db import connection

from pingyi.shell import serve as module
from pingyi.shell.serve import serve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_server(monkeypatch):
    def started(*_: object) -> None:
        raise AssertionError("the server was started")

    monkeypatch.setattr(module, "run_server", started)
    monkeypatch.setattr(module, "bring_up_to_date", lambda own: None)
    monkeypatch.setattr(module.framework, "start", lambda: None)


def test_an_embedded_database_has_one_web_process(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    done = CliRunner().invoke(serve, ["--workers", "2"])
    assert done.exit_code == 2
    assert "one writer" in done.output


def test_trial_mode_stays_on_this_machine():
    done = CliRunner().invoke(serve, ["--host", "0.0.0.0"])
    assert done.exit_code == 2
    assert "trial mode" in done.output


def test_a_taken_port_is_named(monkeypatch):
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(module.click.ClickException, match=str(other.getsockname()[1])):
            module.refuse_taken("127.0.0.1", other.getsockname()[1])


def test_a_free_port_is_fine():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    module.refuse_taken("127.0.0.1", port)
