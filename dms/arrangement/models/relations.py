"""What papers are to one another (A8), and what the system proposes from numbers and titles."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.holdings.models import Item


class RelationKind(models.TextChoices):
    """What an item is to the other one; the same words as the policy's."""

    REPLIES_TO = "replies_to", _("replies to")
    ATTACHMENT_OF = "attachment_of", _("attachment of")
    DRAFT_OF = "draft_of", _("final draft of")
    COPY_OF = "copy_of", _("copy of")
    FORWARDS = "forwards", _("forwards")
    TRANSLATION_OF = "translation_of", _("translation of")


# Kinds by which an item stands below one main paper, and one only.
BELOW_ANOTHER = (
    RelationKind.ATTACHMENT_OF,
    RelationKind.COPY_OF,
    RelationKind.DRAFT_OF,
    RelationKind.TRANSLATION_OF,
)


class AbstractRelation(models.Model):
    """`item` is something to `other`, another item of the same dossier (the services hold that)."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(_("kind of relation"), max_length=14, choices=RelationKind.choices)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(item=F("other")), name="%(class)s_between_two_items"),
            models.UniqueConstraint(fields=("item", "kind", "other"), name="%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}"


class ItemRelation(AbstractRelation):
    """A relation that holds: made by hand, by an import, or proposed and confirmed."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="relations", verbose_name=_("item"))
    other = models.ForeignKey(Item, models.PROTECT, related_name="relations_to_it", verbose_name=_("other item"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta(AbstractRelation.Meta):
        verbose_name = _("relation between items")
        verbose_name_plural = _("relations between items")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *AbstractRelation.Meta.constraints,
            models.UniqueConstraint(
                fields=("item",), condition=Q(kind__in=sorted(BELOW_ANOTHER)), name="item_has_one_main_paper"
            ),
        ]


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("to be decided")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")


class RelationProposal(AbstractRelation):
    """A relation that numbers or titles speak for; it counts for nothing until the archivist confirms it."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="proposals", verbose_name=_("item"))
    other = models.ForeignKey(Item, models.PROTECT, related_name="proposals_to_it", verbose_name=_("other item"))
    ground = models.CharField(_("ground"), max_length=20)
    state = models.CharField(_("state"), max_length=9, choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta(AbstractRelation.Meta):
        verbose_name = _("proposed relation")
        verbose_name_plural = _("proposed relations")
