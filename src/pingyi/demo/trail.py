"""That this city is invented, for every page to say; and whether there is room for one."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from pingyi.audit.actions import Actor, action, record
from pingyi.audit.queries import events
from pingyi.directory.models import Area, Season
from pingyi.people.models import User


@action("city.found_demo")
def found(*, city: Area, scale: str, seed: int, by: Actor, at: datetime) -> None:
    """Leave the trail by which `is_demo_city` knows."""
    record(city, scale=scale, seed=seed)


def is_demo_city() -> bool:
    """Whether the database holds a city that `pingyi demo` made."""
    return events(actions=["city.found_demo"]).exists()


def holds_anything() -> bool:
    """Whether the database holds a city, users or events already; False without tables."""
    tables = set(connection.introspection.table_names())
    return any(
        model._meta.db_table in tables and model._base_manager.exists()
        for model in (Area, Season, User)
    )
