"""`pingyi retention`: what has been kept long enough, rule by rule; `--apply` erases it."""

from __future__ import annotations

import click

from pingyi.shell.framework import start


@click.command()
@click.option("--apply", "apply_", is_flag=True, help="Erase it; without this nothing is touched.")
def retention(apply_: bool) -> None:
    """List how many rows each retention rule says are due, or erase them.

    The rules stand in docs/privacy.md. With PINGYI_RETENTION=apply a daily job does the same.
    """
    start()
    from django.utils import timezone

    from pingyi.privacy.retention import RULES, apply_rules, due_now

    at = timezone.now()
    if apply_:
        counts = apply_rules(at=at)
        found = [(each, counts.get(each.key, 0)) for each in RULES]
    else:
        found = list(due_now(at=at))
    for each, rows in found:
        after = f"{each.days} days" if each.days else "never"
        click.echo(f"{rows:>9,}  {each.key:<24} {each.model:<24} {after}")
    total = sum(rows for _, rows in found)
    click.echo(f"{total:,} rows erased" if apply_ else f"{total:,} rows due; nothing was erased")
