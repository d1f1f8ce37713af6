"""Settings of classifications and clearances."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn

from .configuration import ConfigurationViewSet, only_for_administrators
from .models import PersonClearance, SecurityClass

only_for_administrators(SecurityClass, PersonClearance)


class SecurityClassViewSet(ConfigurationViewSet):
    """Security classifications, by rank."""

    model = SecurityClass
    name = "security_class"
    url_prefix = "settings/classifications"
    icon = "lock"
    menu_label = _("Classifications")
    menu_order = 40
    list_display: Any = (
        "name",
        "name_en",
        "code",
        "rank",
        BooleanColumn("own_volume", label=_("Own volume"), sort_key="own_volume"),
    )
    form_fields = ("code", "name", "name_en", "rank", "own_volume")  # type: ignore[assignment]
    ordering = ("rank",)


class PersonClearanceViewSet(ConfigurationViewSet):
    """Up to which classification an archivist may see."""

    model = PersonClearance
    name = "person_clearance"
    url_prefix = "settings/clearances"
    icon = "key"
    menu_label = _("Clearances")
    menu_order = 50
    list_display = ("person", "security_class", "valid_until")
    form_fields = ("person", "security_class", "valid_until")  # type: ignore[assignment]
    ordering = ("person__username",)


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    """Register both."""
    return [SecurityClassViewSet(), PersonClearanceViewSet()]
