"""Every command on the list is there, and tells how it is used."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import OperationalError

from pingyi.shell.main import COMMANDS, main
from tests.shell.test_backup import pingyi


def test_the_list_of_commands():
    told = CliRunner().invoke(main, ["--help"])
    assert told.exit_code == 0, told.output
    assert all(f"  {name} " in told.output for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_tells_how_it_is_used(name: str):
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("command", [["scoreboard", "--season", "2026"], ["check-tallies"]])
def test_a_database_without_tables_is_told_in_one_line(tmp_path: Path, command: list[str]):
    done = pingyi(*command, data=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: the database cannot be used: no such table")
    assert done.stderr.endswith("pingyi manage migrate\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "hinted"),
    [
        ('relation "audit_seal" does not exist\nLINE 1: SELECT 1 FROM "audit_seal"\n   ^', True),
        ('column audit_seal.new does not exist\nLINE 1: SELECT "new"\n   ^', True),
        ('FATAL:  database "nodb" does not exist\n', False),
        ("connection failed: refused\n\tIs the server running on that host?", False),
        ("", False),
    ],
)
def test_what_postgresql_says_in_several_lines_is_told_in_one(
    monkeypatch: pytest.MonkeyPatch, said: str, hinted: bool
):
    def fail():
        raise OperationalError(said)

    monkeypatch.setattr("pingyi.shell.framework.start", fail)
    told = CliRunner().invoke(main, ["scoreboard", "--season", "2026"])
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.count("\n") == 1
    assert ("pingyi manage migrate" in told.stderr) is hinted


@pytest.mark.parametrize(
    "words",
    [
        ("import-directory",),
        ("import-messages", "--channel", "message_board"),
        ("import-returns",),
        ("restore",),
        ("score", "--scheme", "national"),
        ("schemes", "check"),
    ],
)
def test_what_is_to_be_read_and_is_not_there_is_a_failure_told_in_one_line(words, tmp_path: Path):
    gone = str(tmp_path / "gone")
    failed = CliRunner().invoke(main, [*words, gone])
    assert failed.exit_code == 1
    assert len(failed.stderr.splitlines()) == 1
    assert gone in failed.stderr


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = pingyi("check-tallies", data=tmp_path / "file" / "folder")
    assert done.returncode == 1
    assert (
        done.stderr == f"Error: [Errno 20] Not a directory: '{tmp_path}/file/folder/secret.key'\n"
    )


def test_a_reader_who_has_enough_is_no_failure_to_tell(monkeypatch: pytest.MonkeyPatch):
    def fail():
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("pingyi.shell.framework.start", fail)
    told = CliRunner().invoke(main, ["scoreboard", "--season", "2026"])
    assert told.stderr == ""
