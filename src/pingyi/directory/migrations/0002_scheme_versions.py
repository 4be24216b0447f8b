import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Versions of schemes belong to seasons, which come under them; releases made their table."""

    dependencies = [("directory", "0001_initial"), ("publication", "0003_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SchemeVersion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("name", models.CharField(max_length=60)),
                        ("content", models.TextField()),
                        ("kept_at", models.DateTimeField()),
                    ],
                    options={"ordering": ["id"], "db_table": "publication_schemeversion"},
                ),
            ]
        ),
        migrations.AddField(
            model_name="season", name="versions", field=models.JSONField(default=list, editable=False)
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(blank=True)),
                ("from_day", models.DateField()),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.CharField(max_length=150)),
                ("adopted_at", models.DateTimeField(blank=True, null=True)),
                ("adopted_by", models.CharField(blank=True, max_length=150)),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                ("given_up_by", models.CharField(blank=True, max_length=150)),
                ("starts_at", models.DateTimeField(blank=True, null=True)),
                ("season", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="directory.season")),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="directory.schemeversion")),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(adopted_by=F("proposed_by")), name="scheme_adopted_by_another"
                    ),
                    models.CheckConstraint(
                        condition=Q(adopted_at__isnull=True, adopted_by="")
                        | (
                            Q(adopted_at__isnull=False, given_up_at__isnull=True, starts_at__isnull=False)
                            & Q(starts_at__gte=F("adopted_at"))
                            & ~Q(adopted_by="")
                        ),
                        name="scheme_in_force_once_adopted",
                    ),
                    models.UniqueConstraint(
                        fields=["season"],
                        condition=Q(starts_at__isnull=True, given_up_at__isnull=True),
                        name="scheme_proposed_once_a_season",
                    ),
                ],
            },
        ),
    ]  # fmt: skip
