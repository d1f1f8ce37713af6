"""The classification scheme (类别): a tree of our own; Wagtail's collections give nobody a record."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from dms.core.identifiers import new_public_id
from dms.organisation.models import Fonds, Named


class Series(MP_Node, Named):
    """A branch of the classification scheme of one fonds."""

    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="series", verbose_name=_("fonds"))
    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    code = models.SlugField(_("code"), max_length=20)
    node_order_by = ("code",)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = (models.UniqueConstraint(fields=("fonds", "code"), name="series_code_unique_in_fonds"),)
