"""Screens of configuration in the shell: administrators only, every change journalled. For rules, never for records."""

from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permissions import register_permission_policy

from dms.journal.services import record
from dms.organisation.models import PostKind, User


class AdministratorsPolicy(BasePermissionPolicy):
    """F3: whoever holds the administrator's post may do everything with a configuration model; nobody else anything."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether `user` is an administrator today; the action does not matter."""
        return isinstance(user, User) and user.holds(PostKind.ADMINISTRATOR)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        """Return whether `user` is an administrator today."""
        return self.user_has_permission(user, "change")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Return whether `user` is an administrator today."""
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        """Return whether `user` is an administrator today."""
        return self.user_has_permission(user, "change")

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        """Return all rows for an administrator, none for others."""
        rows = self.model._default_manager.all()
        return rows if self.user_has_permission(user, "change") else rows.none()

    def users_with_any_permission(self, actions: Any) -> Any:
        """Return today's administrators."""
        return User.objects.filter(holdings__post__kind=PostKind.ADMINISTRATOR, is_active=True).distinct()


def only_for_administrators(*configured: type[models.Model]) -> None:
    """Let the shell ask our policy for these models; call at import of wagtail_hooks."""
    for model in configured:
        register_permission_policy(model, AdministratorsPolicy(model), exact_class=True)


class JournalledCreateView(generic.CreateView):
    """Creates and journals in one transaction."""

    def save_instance(self) -> Any:
        """Return the new row."""
        with transaction.atomic():
            instance = super().save_instance()
            _note("configuration.created", self.request.user, instance)
        return instance


class JournalledEditView(generic.EditView):
    """Changes and journals in one transaction, with the names of the fields that changed."""

    def save_instance(self) -> Any:
        """Return the changed row."""
        with transaction.atomic():
            instance = super().save_instance()
            _note("configuration.changed", self.request.user, instance, changed=sorted(self.form.changed_data))
        return instance


class JournalledDeleteView(generic.DeleteView):
    """Deletes what nothing uses; what is in use is refused in words."""

    def delete_action(self) -> None:
        """Delete and journal, or say that it is in use."""
        with transaction.atomic():
            _note("configuration.deleted", self.request.user, self.object)
            super().delete_action()

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer with the list, or with the refusal on the same page."""
        try:
            return super().post(request, *args, **kwargs)
        except ProtectedError:
            messages.error(request, _("This is in use and cannot be deleted. Rename it, or move what uses it first."))
            return self.get(request, *args, **kwargs)


def _note(action: str, user: Any, instance: models.Model, **facts: Any) -> None:
    record(action, by=user, thing=instance, thing_label=getattr(instance, "code", ""), facts=facts)


class ConfigurationViewSet(ModelViewSet):
    """A list and form for one configuration model, under Settings."""

    add_view_class = JournalledCreateView
    edit_view_class = JournalledEditView
    delete_view_class = JournalledDeleteView
    add_to_settings_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    form_fields: ClassVar[list[str]] = []

    @property
    def menu_item_class(self) -> Any:
        """A menu entry that only administrators see."""
        from dms.organisation.wagtail_hooks import AdministratorsItem

        return AdministratorsItem
