"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.production")
application = get_wsgi_application()

from .checks import refuse_unsafe_start  # noqa: E402 - needs the apps

refuse_unsafe_start()
