"""What every occasion shares. No secret has a default here; `dev`, `test` and `production` decide."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from . import environment as env

BASE_DIR = Path(__file__).resolve().parents[3]
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "dms.config",
    "dms.core",
    "dms.vault",
    "dms.journal",
    "dms.organisation",
    "dms.clearance",
    "dms.holdings",
    "dms.arrangement",
    "dms.intake",
    "dms.reading",
    "ocr",
    "search",
    "viewflow",
    "viewflow.workflow",
    "wagtail.sites",
    "wagtail.users",
    # The shell asks for the addresses of both; nobody has a permission in them.
    "wagtail.documents",
    "wagtail.images",
    "wagtail.snippets",
    "wagtail.search",
    "wagtail.api.v3",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "django_filters",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "dms.journal.middleware.AddressMiddleware",
    "dms.organisation.middleware.NewPasswordMiddleware",
    "dms.config.middleware.RefusalMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "dms.config.urls"
WSGI_APPLICATION = "dms.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database() -> dict[str, object]:
    """Return the database settings: SQLite in DATA_DIR, or PostgreSQL where JUANZONG_POSTGRES_DB names one."""
    if name := env.text("POSTGRES_DB"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": env.text("POSTGRES_USER"),
            "PASSWORD": env.text("POSTGRES_PASSWORD"),
            "HOST": env.text("POSTGRES_HOST"),
            "PORT": env.text("POSTGRES_PORT"),
            # A connection that died while it lay in the pool is noticed before anybody works with it.
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                # One for each thread of a web process (processes.py); a worker needs two. Who gets none within
                # `timeout` seconds is told so: 503, and workers come back.
                "pool": {"min_size": 1, "max_size": env.number("POSTGRES_POOL", 8), "timeout": 10, "max_idle": 300},
                "connect_timeout": 5,
                "keepalives_idle": 30,
                "keepalives_interval": 10,
                "keepalives_count": 3,
                "application_name": "juanzong",
                # Days are cut out of dates as text (search/hits.py).
                "options": "-c datestyle=ISO",
            },
        }
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "juanzong.sqlite3",
        "OPTIONS": {
            # A write transaction takes its lock at once: a later upgrade would fail without waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "dms.organisation.backends.PostBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
AXES_FAILURE_LIMIT = 8
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "config/locked_out.html"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# Ours, and what the shell's own catalogue leaves in English of the words our users see.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "shell"]
TIME_ZONE = env.text("TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")

# Everything a customer's paper holds lies in the vault; MEDIA stays empty (Wagtail asks for the settings).
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Where the vault lays its sealed files: only dms.vault may open this alias.
    "vault": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.folder("VAULT_DIR", DATA_DIR / "vault")},
    },
}
VAULT_KEY_STORE = env.folder("KEY_STORE_DIR", DATA_DIR / "keys")
VAULT_KEY_REPLICAS = [Path(place) for place in env.words("KEY_REPLICA_DIRS")]
# The master key that wraps every file's key: an age identity, given directly or in a file of mode 0600.
VAULT_MASTER_KEY = env.text("MASTER_KEY")
VAULT_MASTER_KEY_FILE = env.text("MASTER_KEY_FILE")

SEARCH_INDEX = env.folder("SEARCH_INDEX", DATA_DIR / "search" / "index.sqlite3")
BACKUP_DIR = env.text("BACKUP_DIR")
BACKUP_TIMES = env.text("BACKUP_TIMES")
# So many sets stay in the folder; 0: all.
BACKUP_KEEP = env.number("BACKUP_KEEP", 0)
# Whom the backup of the keys is sealed to (age1… or ssh-…, its identity kept in a safe); unset: to the master key.
BACKUP_RECIPIENT = env.text("BACKUP_RECIPIENT")
JOURNAL_ANCHOR_FILE = env.folder("JOURNAL_ANCHOR_FILE", DATA_DIR / "journal-anchors.txt")

# Uploads above this size go to a temporary file, never to memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
# … and under no name: nobody else can open it, and nothing is left of it when the process dies.
FILE_UPLOAD_HANDLERS = ["dms.intake.uploads.NamelessUploadHandler"]
FILE_UPLOAD_TEMP_DIR = env.text("UPLOAD_TEMP_DIR") or None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5_000
INTAKE_MAX_FILE_BYTES = env.number("MAX_FILE_MB", 2048) << 20
# Larger files come in pieces that are acknowledged one by one, so that a broken line costs a piece and not the file.
INTAKE_PIECES_ABOVE_BYTES = env.number("PIECES_ABOVE_MB", 20) << 20
INTAKE_PIECE_BYTES = env.number("PIECE_MB", 8) << 20
INTAKE_UPLOAD_KEPT_HOURS = env.number("UPLOAD_KEPT_HOURS", 24)
INTAKE_MAX_ZIP_ENTRIES = env.number("MAX_ZIP_ENTRIES", 2000)
INTAKE_MAX_ZIP_BYTES = env.number("MAX_ZIP_MB", 8192) << 20
# The folder that network scanners write to, looked after by `manage.py watch`; unset: there is none.
WATCH_DIR = env.text("WATCH_DIR")
WATCH_AS = env.text("WATCH_AS")
WATCH_KEEP = env.flag("WATCH_KEEP")
WATCH_SECONDS = env.number("WATCH_SECONDS", 5)
INTAKE_MAX_PAGES_PER_FILE = env.number("MAX_PAGES_PER_FILE", 3000)
INTAKE_MAX_PIXELS = env.number("MAX_MEGAPIXELS", 120) * 1_000_000

# The check of scans (A17): what share is drawn by lot, whether filing waits for it, and from where on a measure counts.
SCAN_CHECK_PERCENT = env.number("SCAN_CHECK_PERCENT", 5)
SCAN_CHECK_REQUIRED = env.flag("SCAN_CHECK_REQUIRED")
SCAN_LIMITS = {
    "least_dpi": env.number("SCAN_LEAST_DPI", 200),
    "most_lean": env.number("SCAN_MOST_LEAN_TENTHS", 15),  # tenths of a degree
    "least_paper": env.number("SCAN_LEAST_PAPER", 150),  # grey of the paper, 255 is white
    "least_contrast": env.number("SCAN_LEAST_CONTRAST", 75),  # greys between paper and ink
    "most_cut": env.number("SCAN_MOST_CUT", 30),  # thousandths of an edge
    "most_rim": env.number("SCAN_MOST_RIM", 40),  # thousandths of the area
}

OCR_ENGINE = env.text("OCR_ENGINE", "auto")
OCR_SECONDS_PER_PAGE = env.number("OCR_SECONDS_PER_PAGE", 120)
OCR_MEMORY_PER_PAGE_MB = env.number("OCR_MEMORY_PER_PAGE_MB", 4096)
OCR_DOUBTFUL_BELOW = env.number("OCR_DOUBTFUL_BELOW", 75)  # confidence of a word, in percent
# Of a page, whoever read it; 0: by the engine that read it, as dms.intake.scan_quality says.
OCR_CHECK_BELOW = env.number("OCR_CHECK_BELOW", 0)

# Of one person or, before signing in, one address, in each web process.
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600)
API_MOST_BODY_BYTES = 2 << 20  # of what is no upload
API_TOKEN_MOST_DAYS = env.number("API_TOKEN_MOST_DAYS", 366)

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
VIEWFLOW = {"AUTOREGISTER": False}

WAGTAIL_SITE_NAME = "卷宗 Juanzong"
WAGTAILADMIN_BASE_URL = env.text("BASE_URL", "http://localhost:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_I18N_ENABLED = False
WAGTAILADMIN_USER_LOGIN_FORM = "dms.organisation.forms.SignInForm"
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
