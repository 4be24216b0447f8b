"""Signals: marks that something looks odd, for a person to judge."""

from django.db import models

from pingyi.directory.models import ServicePoint


class Signal(models.Model):
    """An odd pattern at a point within a span of time. It marks; it never refuses or removes."""

    class Kind(models.TextChoices):
        NETWORK_BURST = "network_burst", "同一网络集中评价"
        DEVICE_BURST = "device_burst", "同一设备多次评价"

    kind = models.CharField(max_length=30, choices=Kind.choices)
    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="signals")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    raised_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "point", "started_at"], name="signal_once")
        ]
