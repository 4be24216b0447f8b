from django.db import migrations
from django.utils import timezone

from pingyi import rulebook
from pingyi.directory.models import written


def begin(apps, editor) -> None:
    """Every season comes under what it was last released by, else under what its file says now."""
    at = timezone.now()
    for season in apps.get_model("directory", "Season").objects.filter(versions=[]).order_by("pk"):
        version = _released(apps, season) or _of_file(apps, season.scheme, at)
        if version is None:
            continue
        apps.get_model("directory", "Adoption").objects.create(
            season=season,
            version=version,
            from_day=timezone.localdate(at),
            proposed_at=at,
            proposed_by="system",
            starts_at=at,
        )
        season.versions = [{"since": at.isoformat(), "digest": version.digest}]
        season.save(update_fields=["versions"])


def _released(apps, season):
    releases = apps.get_model("publication", "Release").objects.filter(season=season)
    last = releases.exclude(published_at=None).order_by("-prepared_at", "-pk").first()
    return last.scheme if last is not None else None


def _of_file(apps, name, at):
    if name not in rulebook.names():
        return None
    scheme = rulebook.scheme(name)
    return apps.get_model("directory", "SchemeVersion").objects.get_or_create(
        digest=scheme.digest,
        defaults={"name": scheme.name, "content": written(scheme), "kept_at": at},
    )[0]


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_scheme_versions"),
        ("publication", "0004_versions_of_seasons"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
