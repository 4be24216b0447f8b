import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    # Apart from the filling: PostgreSQL alters no table whose rows the transaction has changed.

    dependencies = [
        ('casework', '0006_appeals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='verdict',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='directory.unit'),
        ),
    ]
