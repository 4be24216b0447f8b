"""What people are called, by their logins."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pingyi.people.models import User


def names_of(logins: Iterable[str]) -> Callable[[str], str]:
    """Names a login among these; a program's is said as it is. One query."""
    found = {user.username: str(user) for user in User.objects.filter(username__in=set(logins))}
    return lambda login: found.get(login, login)
