"""Development and the demonstration. DEBUG is off, as in an office; JUANZONG_DEBUG=1 turns it on."""

from . import environment as env
from .base import *  # noqa: F403
from .base import DATA_DIR

DEBUG = env.flag("DEBUG")
DEMONSTRATION = True
SECRET_KEY = env.text("SECRET_KEY", "demonstration-only-secret-key-never-in-production")
VAULT_MASTER_KEY_FILE = env.text("MASTER_KEY_FILE", str(DATA_DIR / "master-key" / "master.age"))
# Only here: a missing master key is made on first use.
VAULT_MASTER_KEY_CREATE = True
BACKUP_DIR = env.text("BACKUP_DIR", str(DATA_DIR / "backups"))
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
