from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name="id")),
                ("purpose", models.CharField(max_length=40, verbose_name="purpose")),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("cipher_size", models.PositiveBigIntegerField(verbose_name="sealed size")),
                ("cipher_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the sealed file")),
                ("fingerprint", models.CharField(db_index=True, max_length=64, verbose_name="fingerprint")),
                ("created_at", models.DateTimeField(verbose_name="stored at")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="last checked at")),
                ("fault", models.CharField(blank=True, max_length=200, verbose_name="fault")),
                ("destroyed_at", models.DateTimeField(blank=True, null=True, verbose_name="destroyed at")),
                ("destroyed_because", models.CharField(blank=True, max_length=500, verbose_name="destroyed because")),
            ],
            options={
                "verbose_name": "stored file",
                "verbose_name_plural": "stored files",
                "indexes": [
                    models.Index(
                        condition=models.Q(("destroyed_at__isnull", True)), fields=["checked_at"], name="vault_due"
                    ),
                    models.Index(condition=models.Q(("fault", ""), _negated=True), fields=["id"], name="vault_faulty"),
                    models.Index(
                        condition=models.Q(
                            ("destroyed_at__isnull", True), models.Q(("destroyed_because", ""), _negated=True)
                        ),
                        fields=["id"],
                        name="vault_condemned",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="vault_size_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("cipher_size__gte", 0)), name="vault_cipher_size_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("destroyed_at__isnull", True),
                            models.Q(("destroyed_because", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="vault_destroyed_has_reason",
                    ),
                ],
            },
        ),
    ]
