"""Files people uploaded: what they are. Their contents lie in the `vault`, encrypted."""

from __future__ import annotations

from django.db import models

from pingyi.files.formats import Kind


class StoredFile(models.Model):
    """A checked upload; it never changes. Who may see it is the business of what it hangs on.

    `name` is for people and safe on their systems. `size` (bytes) and `sha256` are of the content
    as it is kept and served: pictures were written anew. `key` is where the vault keeps it.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.zh) for kind in Kind])
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
