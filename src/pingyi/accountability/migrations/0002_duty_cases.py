import re

from django.db import migrations, models

NUMBER = re.compile(r"\d{4}-\d*")


def link(apps, editor):
    """The cases that stood in `refs` by number, the last one perhaps cut off, are linked."""
    duties, cases = apps.get_model("accountability", "Duty"), apps.get_model("casework", "Case")
    for duty in duties.objects.exclude(refs="").order_by("pk"):
        cited = [ref for ref in duty.refs.split("、") if NUMBER.fullmatch(ref)]
        if cited:
            duty.cases.set(cases.objects.filter(number__in=cited))
            duty.refs = "、".join(ref for ref in duty.refs.split("、") if ref not in cited)
            duty.save(update_fields=["refs"])


class Migration(migrations.Migration):
    dependencies = [
        ("accountability", "0001_initial"),
        ("casework", "0001_initial"),
    ]
    operations = [
        migrations.AddField(
            model_name="duty",
            name="cases",
            field=models.ManyToManyField(related_name="citing_duties", to="casework.case"),
        ),
        migrations.RunPython(link, migrations.RunPython.noop),
    ]
