from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0021_handling_proposals")]

    operations = [
        migrations.AddField("timerequest", "inspectors", models.BooleanField(default=False)),
    ]
