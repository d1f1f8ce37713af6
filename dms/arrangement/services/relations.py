"""Ties items to one another and unties them (A8). Circles and contradictions are refused with the items named."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import NotFound, Refusal
from dms.holdings.models import Dossier, Item
from dms.holdings.selectors import decide_item
from dms.journal.services import record
from dms.organisation.models import User

from ..models import ItemRelation
from ..models.relations import RelationKind
from ..policy.groups import Contradiction, Fault, gathered
from ..policy.papers import Paper, Tie
from ..policy.papers import RelationKind as Kind
from ..selectors.papers import ties_of
from .rights import dossier_to_work_on, insist_on_items

RELATED = ("dossier__classification", "classification")


class RelationRefused(Refusal):
    """A relation that cannot be; the items are named in words."""

    code = "contradiction"


def relate_items(*, item: Item, kind: RelationKind | str, other: Item, acting_user: User) -> ItemRelation:
    """A8: `item` replies to, is an attachment of, forwards … `other`. Doing it twice changes nothing.

    Raise NotAllowed; RelationRefused where both are one, lie in different dossiers, or contradict what holds already.
    """
    chosen = RelationKind(kind)
    with transaction.atomic():
        dossier = dossier_to_work_on(item.dossier_id, acting_user)
        pair = _both(item, other)
        insist_on_items(pair, acting_user)
        standing = ItemRelation.objects.filter(item=item, kind=chosen, other=other).first()
        if standing is not None:
            return standing
        _refuse_two_dossiers(pair, dossier)
        insist_no_contradiction(dossier, [Tie(item.pk, Kind(chosen), other.pk)], acting_user)
        made = ItemRelation.objects.create(
            item=item, kind=chosen, other=other, made_by=acting_user, made_at=clock.now()
        )
        record(
            "relation.made",
            by=acting_user,
            thing=pair[0],
            facts={"kind": str(chosen), "other": pair[1].journal_label},
        )
    return made


def _both(item: Item, other: Item) -> list[Item]:
    found = Item.objects.select_related(*RELATED).in_bulk([item.pk, other.pk])
    if len({item.pk, other.pk}) != 2:
        raise RelationRefused(_("“%(item)s” cannot be related to itself.") % {"item": item}, _("Choose another item."))
    if len(found) != 2:
        raise NotFound
    return [found[item.pk], found[other.pk]]


def _refuse_two_dossiers(pair: Sequence[Item], dossier: Dossier) -> None:
    item, other = pair
    if {item.dossier_id, other.dossier_id} != {dossier.pk}:
        raise RelationRefused(
            _("“%(item)s” (%(number)s) and “%(other)s” (%(other_number)s) lie in different dossiers.")
            % {
                "item": item,
                "number": item.dossier.number,
                "other": other,
                "other_number": other.dossier.number,
            },
            _("Move the item to the dossier it belongs to first."),
        )


def insist_no_contradiction(dossier: Dossier, new: Iterable[Tie], acting_user: User) -> None:
    """A7, A8: raise RelationRefused, naming the items, where `new` ties and those that hold cannot all be true."""
    ties = [*ties_of(dossier), *new]
    keys = {key for tie in ties for key in (tie.item, tie.other)}
    found = gathered({key: Paper(key, entry=key) for key in keys}, ties).contradictions
    if found:
        raise _contradiction_refused(found[0], acting_user)


def _contradiction_refused(found: Contradiction, acting_user: User) -> RelationRefused:
    """Return the refusal of a contradiction; items are named by title and entry number to those who may know them."""
    items = Item.objects.select_related(*RELATED).in_bulk(list(found.keys))
    names = [
        _("“%(title)s” (%(entry)s)") % {"title": items[key].title, "entry": items[key].entry_number}
        if decide_item(acting_user, Act.KNOW, items[key])
        else _("an item that you may not see")
        for key in found.keys
    ]
    return RelationRefused(sentence_of(found.fault, names), _("Undo the relation that is wrong first."))


def sentence_of(fault: Fault, names: Sequence[str]) -> str:
    """Return what is wrong, in words, with the items as `names`."""
    if fault is Fault.TWO_MAIN_PAPERS:
        return _("%(item)s cannot stand below both %(one)s and %(two)s.") % {
            "item": names[0],
            "one": names[1],
            "two": names[2],
        }
    if fault is Fault.BELOW_ITSELF:
        return _("%(item)s stands below %(other)s and cannot come before it.") % {"item": names[0], "other": names[1]}
    return _("These items would follow one another in a circle: %(items)s.") % {"items": " → ".join(names)}


def unrelate_items(*, relation: ItemRelation, acting_user: User) -> None:
    """A8: undo a relation; what was bound together in a closed volume stays where it is."""
    with transaction.atomic():
        dossier_to_work_on(relation.item.dossier_id, acting_user)
        pair = list(Item.objects.select_related(*RELATED).filter(pk__in=(relation.item_id, relation.other_id)))
        insist_on_items(pair, acting_user)
        if ItemRelation.objects.filter(pk=relation.pk).delete()[0]:
            record(
                "relation.undone",
                by=acting_user,
                thing=relation.item,
                facts={"kind": relation.kind, "other": relation.other.journal_label},
            )
