"""Every command on the list is there, and tells how it is used."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pingyi.shell.main import COMMANDS, main


def test_the_list_of_commands():
    told = CliRunner().invoke(main, ["--help"])
    assert told.exit_code == 0, told.output
    assert all(f"  {name} " in told.output for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_tells_how_it_is_used(name: str):
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0, told.output
