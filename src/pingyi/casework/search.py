"""Searching cases by what stands in them, Chinese too; what differs between the databases.

Each Hanzi is a word of its own in a shadow column, and what is searched for is a phrase: so 社保 is
found though no dictionary knows it. FTS5 (`unicode61`) on SQLite, configuration `simple` on
PostgreSQL. The words are those office and inspectors may read; units have no search of this kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from pingyi.casework.models import Case, Fact
from pingyi.casework.search_models import CaseWords
from pingyi.kernel.masking import DOCUMENT, LANDLINE, MOBILE, PERSON, redact
from pingyi.kernel.text import spaced_hanzi

BETWEEN = " ǁ "
"""Between two texts, so that no phrase reaches from one into the next; a letter nobody types."""
LONGEST = 4000
"""Words of one text: PostgreSQL keeps no more than 255 places of a word."""

TEXTS: dict[str, tuple[str, ...]] = {
    "sorting": ("note",),
    "callattempt": ("note",),
    "checknote": ("note",),
    "instruction": ("text",),
    "handlingproposal": ("note",),
    "dispatch": ("words",),
    "unitanswer": ("account", "measures", "process_change"),
    "referral": ("reason",),
    "verdict": ("reason",),
    "casemove": ("names", "reason"),
    "timerequest": ("reason",),
    "reply": ("text",),
    "rejudgement": ("words",),
    "appeal": ("grounds", "review_reason"),
    "lookback": ("note",),
}
"""What of each kind of fact is searched. What inspectors note for themselves is not."""
ENDINGS = {"appeal": ("review_reason",), "lookback": ("note",)}
"""What is said of a fact only when it ends; the rest was added when it was stated."""


def matching(text: str) -> Q:
    """The cases that hold each of the text's parts (set apart by spaces) as a phrase.

    Whatever signs the text has, it is words only; nothing is matched by nothing.
    """
    phrases = [phrase for part in text.split() if (phrase := spaced_hanzi(part))]
    if not phrases:
        return Q(pk__in=())
    if connection.vendor == "postgresql":
        wanted = " && ".join(["phraseto_tsquery('simple', %s)"] * len(phrases))
        sql = (
            "SELECT case_id FROM casework_casewords "  # noqa: S608  no text of anybody's
            f"WHERE to_tsvector('simple', words) @@ ({wanted})"
        )
        return Q(pk__in=RawSQL(sql, phrases))  # noqa: S611
    sql = "SELECT rowid FROM casework_words WHERE casework_words MATCH %s"
    asked = " AND ".join(f'"{phrase}"' for phrase in phrases)
    return Q(pk__in=RawSQL(sql, [asked]))  # noqa: S611


def first_words(case: Case) -> str:
    """The words a case begins with, but for its number, which it has only once it is stored."""
    return _joined(_first_texts(case))


def start(cases: Iterable[tuple[Case, str]]) -> None:
    """Store the first words of new cases. Within their opening's transaction."""
    CaseWords.objects.bulk_create(
        CaseWords(case=case, words=BETWEEN.join([indexed(case.number), words]))
        for case, words in cases
    )


def add(case: Case, facts: Iterable[Fact]) -> None:
    """Add the words of facts just stated to their case's. Within the step's transaction."""
    _add(case, _joined(text for fact in facts for text in _texts(fact)))


def add_ending(case: Case, fact: Fact) -> None:
    """Add what was just said of an earlier fact of the case. Within the step's transaction."""
    _add(case, _joined(getattr(fact, field) for field in ENDINGS.get(_kind(fact), ())))


def _add(case: Case, said: str) -> None:
    if said:
        CaseWords.objects.filter(case=case).update(
            words=Concat("words", Value(BETWEEN + said), output_field=models.TextField())
        )


def index_missing(limit: int = 500) -> int:
    """Give cases without words theirs, from all their facts; how many. Harmless to repeat."""
    missing = Case.objects.filter(words__isnull=True).order_by("pk")[:limit]
    return index(missing.values_list("pk", flat=True))


def index(cases: Iterable[int]) -> int:
    """Store the words of cases that have none yet, by their keys; a query for each kind of fact
    and a few."""
    wanted = Case.objects.filter(pk__in=list(cases), words__isnull=True).order_by("pk")
    found = list(wanted.select_related("unit", "point", "rating", "source__message"))
    facts = _facts_of(found)
    CaseWords.objects.bulk_create(
        (CaseWords(case=case, words=_words(case, facts[case.pk])) for case in found),
        ignore_conflicts=True,
    )
    return len(found)


def words_of(case: Case) -> str:
    """All a case's words, gathered anew."""
    return _words(case, _facts_of([case])[case.pk])


def _words(case: Case, facts: Iterable[Fact]) -> str:
    return _joined(
        [case.number, *_first_texts(case), *(text for fact in facts for text in _texts(fact))]
    )


def indexed(text: str) -> str:
    """A text as it is stored: words alone, without numbers that name a person."""
    plain = redact(text)
    for mark in (MOBILE, LANDLINE, DOCUMENT, PERSON):
        plain = plain.replace(mark, " ")
    return " ".join(spaced_hanzi(plain).split()[:LONGEST])


def _joined(texts: Iterable[str]) -> str:
    return BETWEEN.join(words for text in texts if text and (words := indexed(text)))


def _first_texts(case: Case) -> Iterator[str]:
    yield case.unit.name
    if case.point is not None:
        yield case.point.name
    if case.rating is not None:
        yield case.rating.comment
    source = getattr(case, "source", None)
    if source is not None:
        yield source.number
        yield source.summary
        if source.message is not None:
            yield source.message.shown_subject
            yield source.message.shown_text


def _texts(fact: Fact) -> Iterator[str]:
    if getattr(fact, "inspectors", False):
        return  # why the inspectors need time is theirs
    for field in TEXTS.get(_kind(fact), ()):
        yield getattr(fact, field)


def _kind(fact: Fact) -> str:
    return fact._meta.model_name or ""


def _facts_of(cases: Sequence[Case]) -> dict[int, list[Fact]]:
    """The facts of each case whose texts are searched, by the case's key, oldest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    for kind in TEXTS:
        model: Any = apps.get_model("casework", kind)
        for fact in model.objects.filter(case__in=cases):
            found[fact.case_id].append(fact)
    for facts in found.values():
        facts.sort(key=lambda fact: (fact.at, fact._meta.model_name, fact.pk))
    return found


# ── what the databases lay over the column ───────────────────────────


def lay(database: BaseDatabaseWrapper) -> None:
    """Lay the index. On SQLite triggers keep it, within whatever transaction writes the words."""
    with database.cursor() as cursor:
        for statement in _POSTGRESQL if database.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def lift(database: BaseDatabaseWrapper) -> None:
    """Take the index away again."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("DROP INDEX IF EXISTS casework_words")
            return
        for when in ("insert", "update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS casework_words_{when}")
        cursor.execute("DROP TABLE IF EXISTS casework_words")


_POSTGRESQL = (
    "CREATE INDEX casework_words ON casework_casewords USING gin (to_tsvector('simple', words))",
)
_IN = "INSERT INTO casework_words (rowid, words) VALUES (new.case_id, new.words);"
_OUT = (
    "INSERT INTO casework_words (casework_words, rowid, words) "
    "VALUES ('delete', old.case_id, old.words);"
)
_SQLITE = (
    "CREATE VIRTUAL TABLE casework_words USING fts5(words, content='casework_casewords', "
    "content_rowid='case_id', tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER casework_words_insert AFTER INSERT ON casework_casewords BEGIN {_IN} END",
    "CREATE TRIGGER casework_words_update AFTER UPDATE OF words ON casework_casewords "
    f"BEGIN {_OUT} {_IN} END",
    f"CREATE TRIGGER casework_words_delete AFTER DELETE ON casework_casewords BEGIN {_OUT} END",
)
