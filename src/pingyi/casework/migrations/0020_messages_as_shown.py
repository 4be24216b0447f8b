"""Messages as the office is shown them; the cases opened of them get their words anew."""

from django.db import migrations, models

from pingyi.audit.keys import keyring
from pingyi.casework.intake_models import open_sender
from pingyi.casework.showing import shown

FIELDS = ["shown_subject", "shown_text", "shown_reply"]


def fill(apps, editor):
    messages, batch = apps.get_model("casework", "CitizenMessage").objects, []
    for message in messages.order_by("pk").iterator(chunk_size=500):
        sender = open_sender(message, keyring=keyring())
        message.shown_subject = shown(message.subject, sender)
        message.shown_text = shown(message.text, sender)
        message.shown_reply = shown(message.reply, sender, landlines=False)
        batch.append(message)
        if len(batch) == 500:
            messages.bulk_update(batch, FIELDS)
            batch = []
    messages.bulk_update(batch, FIELDS)
    words = apps.get_model("casework", "CaseWords").objects
    words.filter(case__source__message__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("casework", "0019_instructions")]

    operations = [
        migrations.AddField(
            "citizenmessage", "shown_subject", models.TextField(default=""), preserve_default=False
        ),
        migrations.AddField(
            "citizenmessage", "shown_text", models.TextField(default=""), preserve_default=False
        ),
        migrations.AddField("citizenmessage", "shown_reply", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
