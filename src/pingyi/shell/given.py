"""Files and folders a command reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click


class Given(click.Path):
    """One that must be there. If it is not, the command was called rightly and failed: 1, not 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(exists=True, path_type=Path, **options)

    def fail(
        self, message: str, param: click.Parameter | None = None, ctx: click.Context | None = None
    ) -> NoReturn:
        raise click.ClickException(message)
