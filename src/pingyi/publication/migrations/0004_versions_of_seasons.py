import django.db.models.deletion
from django.db import migrations, models


def _to_version(related_name: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        to="directory.schemeversion",
        related_name=related_name,
        null=null,
    )


class Migration(migrations.Migration):
    """The same rows in the same table: only the model has moved to `directory`."""

    dependencies = [("publication", "0003_once"), ("directory", "0002_scheme_versions")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("release", "scheme", _to_version("releases")),
                migrations.AlterField("release", "scheme_before", _to_version("+", null=True)),
                migrations.DeleteModel("SchemeVersion"),
            ]
        )
    ]
