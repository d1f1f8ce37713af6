"""Signing in. The only permission anybody gets from here is to enter the shell; all else is asked of dms.clearance."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

ENTER = "wagtailadmin.access_admin"


class PostBackend(ModelBackend):
    """Lets active people in. Groups, user permissions and the superuser flag are not looked at."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return True for entering the shell, for an active person; False for every other permission."""
        return perm == ENTER and user_obj.is_active and not user_obj.is_anonymous

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return {ENTER} if user_obj.is_active and not user_obj.is_anonymous else set()
