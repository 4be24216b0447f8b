"""Whoever spoke up in another way than by a rating has a receipt, too."""

from django.db import migrations, models

from pingyi.kernel.codes import new_receipt
from pingyi.kernel.randomness import random_bytes


def fill(apps, editor):
    sources = apps.get_model("casework", "CaseSource").objects
    for source in sources.order_by("pk").only("pk").iterator(chunk_size=500):
        sources.filter(pk=source.pk).update(receipt=new_receipt(random_bytes))


class Migration(migrations.Migration):
    dependencies = [("casework", "0023_checks_are_imported")]

    operations = [
        migrations.AddField("casesource", "receipt", models.CharField(max_length=24, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "casesource", "receipt", models.CharField(max_length=24, unique=True)
        ),
    ]
