"""Which text of its scheme a season runs under, now and at any past moment.

A file may change; a season does not, until somebody adopts the new text for it. So every text a
season came under is kept, named by its digest, and everything that counts, times or shows by a
season's rules asks here. A season made before texts were kept follows its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from django.utils import timezone

from pingyi import rulebook
from pingyi.directory.models import Adoption, SchemeVersion, Season, written
from pingyi.rulebook import Scheme

_read: dict[str, Scheme] = {}
"""Texts read back, by digest: what a digest names never changes."""


def in_force(season: Season, at: datetime | None = None) -> Scheme:
    """The rules of the season at a moment, which is now unless given.

    No query, unless the text is another than the file's: then one in a process's life.
    """
    digest = digest_in_force(season, at)
    return rulebook.scheme(season.scheme) if digest is None else text(digest, season.scheme)


def in_force_on(season: Season, day: date) -> Scheme:
    """The rules of the season at the end of `day`."""
    return in_force(season, datetime.combine(day, time.max, timezone.get_default_timezone()))


def digest_in_force(season: Season, at: datetime | None = None) -> str | None:
    """Names the text in force at a moment; before the first one, it is the first."""
    found = entry_in_force(season, at)
    return found["digest"] if found else None


def entry_in_force(season: Season, at: datetime | None = None) -> Mapping[str, str] | None:
    """Its entry in `season.versions`."""
    moment = at or timezone.now()
    begun = [one for one in season.versions if datetime.fromisoformat(one["since"]) <= moment]
    return next(iter(begun[-1:] or season.versions[:1]), None)


def text(digest: str, name: str) -> Scheme:
    """The text a digest names: of the file if that still says so, else as it was kept."""
    file = on_file(name)
    if file is not None and file.digest == digest:
        return file
    if digest not in _read:
        _read[digest] = SchemeVersion.objects.get(digest=digest).scheme()
    return _read[digest]


def on_file(name: str) -> Scheme | None:
    """The scheme of that name as its file says it; None where there is no such file (any more)."""
    return rulebook.scheme(name) if name in rulebook.names() else None


def known() -> list[Scheme]:
    """Every scheme there is a file of, and the texts read back so far."""
    return [*map(rulebook.scheme, rulebook.names()), *list(_read.values())]


def unadopted(season: Season, at: datetime | None = None) -> Scheme | None:
    """The file's text, where it is another than the one in force."""
    file, digest = on_file(season.scheme), digest_in_force(season, at)
    return file if file is not None and digest is not None and file.digest != digest else None


def keep(scheme: Scheme, *, at: datetime) -> SchemeVersion:
    """The version that holds this text, made if need be. Within an action."""
    return SchemeVersion.objects.get_or_create(
        digest=scheme.digest,
        defaults={"name": scheme.name, "content": written(scheme), "kept_at": at},
    )[0]


def begin(season: Season, scheme: Scheme, *, by: str, at: datetime) -> Adoption:
    """The text a season is laid down under. Within an action."""
    first = Adoption.objects.create(
        season=season,
        version=keep(scheme, at=at),
        from_day=timezone.localdate(at),
        proposed_at=at,
        proposed_by=by,
        starts_at=at,
    )
    season.versions = entries([first])
    season.save(update_fields=["versions"])
    return first


def entries(adoptions: Iterable[Adoption]) -> list[dict[str, str]]:
    """What `season.versions` says of adoptions, oldest first."""
    begun = [(one.starts_at, one.pk, one.version.digest) for one in adoptions if one.starts_at]
    return [
        {"since": starts_at.isoformat(), "digest": digest}
        for starts_at, _pk, digest in sorted(begun)
    ]
