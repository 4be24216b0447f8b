"""`pingyi`: finds the command's module by its name and imports no other.

Exit codes: 0 done, 1 failed (one clear line on stderr), 2 usage.
"""

from __future__ import annotations

import importlib
import os
import re

import click
from django.core.exceptions import ImproperlyConfigured

COMMANDS = {
    "audit": "pingyi.shell.audit",
    "backup": "pingyi.shell.backup",
    "bench": "pingyi.shell.bench",
    "check-tallies": "pingyi.shell.check_tallies",
    "demo": "pingyi.shell.demo",
    "doctor": "pingyi.shell.doctor",
    "import-directory": "pingyi.shell.import_directory",
    "import-messages": "pingyi.shell.import_messages",
    "import-returns": "pingyi.shell.import_returns",
    "init": "pingyi.shell.init",
    "keys": "pingyi.shell.keys",
    "manage": "pingyi.shell.manage",
    "releases": "pingyi.shell.releases",
    "rescue": "pingyi.shell.rescue",
    "restore": "pingyi.shell.restore",
    "retention": "pingyi.shell.retention",
    "schemes": "pingyi.shell.schemes",
    "score": "pingyi.shell.score",
    "scoreboard": "pingyi.shell.scoreboard",
    "serve": "pingyi.shell.serve",
    "simulate": "pingyi.shell.simulate",
}


class Commands(click.Group):
    """Commands by module: `check-tallies` is `check_tallies` in `shell/check_tallies.py`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        module = COMMANDS.get(name)
        if module is None:
            return None
        return getattr(importlib.import_module(module), name.replace("-", "_"))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ImproperlyConfigured as refused:
            raise click.ClickException(str(refused)) from None
        except BrokenPipeError:
            raise  # whoever read has enough; click leaves without a word
        except OSError as failure:
            raise click.ClickException(str(failure)) from None
        except Exception as failure:
            from django.db import DatabaseError  # not before: pure commands are quick

            if not isinstance(failure, DatabaseError):
                raise
            raise click.ClickException(_database(str(failure))) from None


_BEHIND = re.compile(r"no such (table|column)|(relation|column) \S+ does not exist")


def _database(said: str) -> str:
    """What a database said, in one line: PostgreSQL quotes the query in those that follow."""
    line = next(iter(said.strip().splitlines()), "")
    hint = "; nothing is set up yet, or it is behind: pingyi manage migrate"
    return f"the database cannot be used: {line}{hint if _BEHIND.search(line) else ''}"


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pingyi")
def main() -> None:
    """评议: a city's people rate every service point; every bad rating is answered and counted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")
    # What is written from here on, the embedded database above all, is its owner's alone.
    os.umask(0o077)
