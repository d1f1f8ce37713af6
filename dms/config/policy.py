"""Rules of the house's own screens that need nothing but values."""

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied


def may_see_the_work(*, active: bool, administers: bool, archives: bool) -> Answer:
    """D1: how the work stands is for those who answer for it: administrators and archivists. No content."""
    if active and (administers or archives):
        return Allowed()
    return Denied(
        _("Only administrators and archivists see how the work stands."),
        _("Your own batches show how far they are."),
        code="not_yours",
    )
