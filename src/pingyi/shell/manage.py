"""Django's own commands, as `pingyi manage migrate`."""

import click
from django.core.management import execute_from_command_line


@click.command(
    context_settings={
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "help_option_names": [],
    }
)
@click.pass_context
def manage(ctx: click.Context) -> None:
    """Run one of Django's management commands."""
    execute_from_command_line(["pingyi manage", *ctx.args])
