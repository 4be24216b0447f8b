from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0020_messages_as_shown")]

    operations = [
        migrations.AddField("timerequest", "inspectors", models.BooleanField(default=False)),
    ]
