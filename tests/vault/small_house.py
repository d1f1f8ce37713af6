"""Settings of a house with nothing but the vault in it: for processes that tests start, kill, back up and restore.

Everything lies under JUANZONG_DATA_DIR, which has to be given.
"""

import os
from pathlib import Path

DATA_DIR = Path(os.environ["JUANZONG_DATA_DIR"])
SECRET_KEY = "tests-only"
DEMONSTRATION = True
INSTALLED_APPS = ["dms.core", "dms.vault"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "juanzong.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "en"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "vault": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "vault"},
    },
}
VAULT_KEY_STORE = DATA_DIR / "keys"
VAULT_KEY_REPLICAS = [DATA_DIR / "keys-replica"]
VAULT_MASTER_KEY = ""
VAULT_MASTER_KEY_FILE = os.environ.get("JUANZONG_MASTER_KEY_FILE") or str(DATA_DIR / "master-key" / "master.age")
VAULT_MASTER_KEY_CREATE = "JUANZONG_MASTER_KEY_FILE" not in os.environ
BACKUP_RECIPIENT = os.environ.get("JUANZONG_BACKUP_RECIPIENT", "")
BACKUP_KEEP = 0
JOURNAL_ANCHOR_FILE = DATA_DIR / "journal-anchors.txt"
