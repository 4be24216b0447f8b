"""Cases with appeals or look-backs get their words anew, now with those: the job gathers them."""

from django.db import migrations
from django.db.models import Q


def forget(apps, editor):
    words = apps.get_model("casework", "CaseWords").objects
    again = Q(case__appeals__isnull=False) | Q(case__look_backs__isnull=False)
    words.filter(pk__in=words.filter(again).values("pk")).delete()


class Migration(migrations.Migration):
    dependencies = [("casework", "0017_verdict_proposed_in_reports")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
