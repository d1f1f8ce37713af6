"""Production: refuses to start with anything that belongs to the demonstration (checks in dms/config/checks.py)."""

from . import environment as env
from .base import *  # noqa: F403

DEBUG = env.flag("DEBUG")
DEMONSTRATION = False
VAULT_MASTER_KEY_CREATE = False

SESSION_COOKIE_SECURE = env.flag("HTTPS", default=True)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=False)
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000 if SESSION_COOKIE_SECURE else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
