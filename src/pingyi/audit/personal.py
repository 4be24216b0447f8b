"""Personal data, declared on the model that keeps it, so that keys can be renewed and nothing
encrypted is forgotten.

    class Contact(models.Model):
        personal = (Encrypted("phone_cipher", "contact.phone", fingerprint="phone_print"),)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from pingyi.audit.keys import keyring
from pingyi.kernel.secrets import Keyring

SLICE = 500


@dataclass(frozen=True)
class Encrypted:
    """A field holding what the keyring encrypted under `context`.

    `fingerprint` names the field that keeps the value's fingerprint for lookup, if there is one,
    and `form` brings the value to the form in which fingerprints compare.
    """

    field: str
    context: str
    fingerprint: str | None = None
    form: Callable[[str], str] = str

    def renewed(self, row: models.Model, keys: Keyring) -> dict[str, bytes]:
        """The fields to store so that `row` depends on the newest key alone; empty if it does."""
        blob = getattr(row, self.field)
        if not blob or not keys.needs_rotation(bytes(blob)):
            return {}
        plain = keys.decrypt(bytes(blob), context=self.context)
        fields = {self.field: keys.encrypt(plain, context=self.context)}
        if self.fingerprint:
            fields[self.fingerprint] = keys.fingerprint(self.form(plain), context=self.context)
        return fields


def declarations() -> Iterator[tuple[type[models.Model], tuple[Encrypted, ...]]]:
    """Every model that declares personal data, with what it declares."""
    for model in apps.get_models():
        declared = getattr(model, "personal", ())
        if declared:
            yield model, declared


def renew() -> int:
    """Bring every encrypted row to the newest key, in slices; returns how many rows changed.

    Harmless to repeat or to interrupt: what is renewed is not touched again. A row that changes
    meanwhile is left for the next run. Raises CannotDecrypt if a key is missing.
    """
    return sum(_renew_model(model, declared) for model, declared in declarations())


def _renew_model(model: type[models.Model], declared: tuple[Encrypted, ...]) -> int:
    keys, changed, after = keyring(), 0, 0
    while True:
        rows = list(model._default_manager.filter(pk__gt=after).order_by("pk")[:SLICE])
        with transaction.atomic():
            for row in rows:
                fields: dict[str, bytes] = {}
                for encrypted in declared:
                    fields |= encrypted.renewed(row, keys)
                if fields:
                    unchanged = {name: getattr(row, name) for name in fields}
                    changed += model._default_manager.filter(pk=row.pk, **unchanged).update(
                        **fields
                    )
        if len(rows) < SLICE:
            return changed
        after = rows[-1].pk
