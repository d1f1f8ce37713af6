"""The room among the installed apps."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every room stands on."""

    name = "dms.core"
    label = "core"
