"""Work done by the minute, for rates; what troubles a worker."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_counters_and_processes"),
    ]

    operations = [
        migrations.AddField(
            model_name="worker",
            name="trouble",
            field=models.CharField(blank=True, max_length=160, verbose_name="trouble"),
        ),
        migrations.CreateModel(
            name="WorkDone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=80, verbose_name="step")),
                ("minute", models.DateTimeField(verbose_name="minute")),
                ("count", models.PositiveIntegerField(verbose_name="count")),
            ],
            options={
                "verbose_name": "work done in a minute",
                "verbose_name_plural": "work done by the minute",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("minute", "step"), name="work_done_once_a_minute")],
            },
        ),
    ]
