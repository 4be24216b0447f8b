"""Every command on the list is there, and tells how it is used."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

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
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = pingyi("check-tallies", data=tmp_path / "file" / "folder")
    assert done.returncode == 1
    assert (
        done.stderr == f"Error: [Errno 20] Not a directory: '{tmp_path}/file/folder/secret.key'\n"
    )
