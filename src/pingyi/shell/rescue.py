"""`pingyi rescue LOGIN`: a one-time link for the last security administrator, locked out."""

from __future__ import annotations

import click

from pingyi.shell.framework import start


@click.command()
@click.argument("login")
def rescue(login: str) -> None:
    """Give the last security administrator, who lost password or second factor, a one-time link.

    Refused for anybody else, and while another security administrator can help on the user's page.
    The rescue stands in the log of events.
    """
    start()
    from django.utils import timezone, translation

    from pingyi.audit.actions import NamedActor
    from pingyi.people import links
    from pingyi.people.models import User
    from pingyi.people.policies import Refused, login_form
    from pingyi.people.rescue import others_who_can_help
    from pingyi.people.rescue import rescue as rescued

    user = User.objects.filter(username=login_form(login)).first()
    if user is None:
        raise click.ClickException(f"there is no user {login}")
    try:
        token = rescued(user=user, by=NamedActor("shell"), at=timezone.now())
    except Refused as refused:
        names = ", ".join(other.username for other in others_who_can_help(user))
        with translation.override("en"):
            said = str(refused)
        raise click.ClickException(f"{said}{f': {names}' if names else ''}") from None
    click.echo(links.address(token))
    click.echo("It opens once, within seven days. Hand it to its own person.")
