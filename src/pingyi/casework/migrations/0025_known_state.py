"""Where each referral came from. What is under embargo already counts as to be placed."""

from django.db import migrations, models


def fill(apps, editor):
    sealed = apps.get_model("casework", "Referral").objects.filter(embargoed=True)
    sealed.filter(came_from="").update(came_from="to_place")


class Migration(migrations.Migration):
    dependencies = [("casework", "0024_receipts")]

    operations = [
        migrations.AddField("referral", "came_from", models.CharField(blank=True, max_length=20)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
