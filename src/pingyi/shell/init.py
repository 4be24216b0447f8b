"""`pingyi init`: the first three administrators of a real installation, by one-time links."""

from __future__ import annotations

import click

from pingyi.shell.framework import start

FIRST = {
    "sysadmin": ("system_admin", "系统管理员"),
    "security": ("security_admin", "安全管理员"),
    "audit": ("audit_admin", "审计管理员"),
}


@click.command()
def init() -> None:
    """Create the system, security and audit administrators of a new installation.

    Each gets a link that opens once, within seven days, to set a password. Nothing is created if
    there are users already.
    """
    start()
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from pingyi.audit.actions import SYSTEM
    from pingyi.people import actions, links
    from pingyi.people.models import User
    from pingyi.people.roles import Role

    call_command("migrate", verbosity=0)
    if User.objects.exists():
        raise click.ClickException("there are users already; the security administrator adds more")
    at = timezone.now()
    with transaction.atomic():
        for login, (role, name) in FIRST.items():
            user = actions.create_user(login=login, name=name, by=SYSTEM, at=at)
            actions.appoint(user=user, role=Role(role), by=SYSTEM, at=at)
            token = actions.issue_link(user=user, by=SYSTEM, at=at)
            click.echo(f"{name}  {login:<9} {links.address(token)}")
    click.echo("Each link opens once, within seven days. Hand each to its own person.")
