"""What is decided against the rule, with its reason: year, position, class, cross-reference (A7 A8 A9)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import Refusal
from dms.holdings.models import Dossier, Item
from dms.journal.services import record
from dms.organisation.models import User

from ..models import ClassJoin, CrossReference, FilingYearOverride, HandSetPosition
from ..policy.groups import gathered
from ..policy.papers import Paper
from ..selectors.decisions import APPROVERS
from ..selectors.papers import ties_of
from .arranging import arrange_locked
from .rights import dossier_to_decide_on, insist_on_items, insist_open, reasoned


def override_filing_year(
    *, item: Item, year: int, reason: str, approved_by: User, acting_user: User
) -> FilingYearOverride:
    """A7: bind an item and all that belongs to it under another year; reasoned, approved, printed on the note sheet.

    Raise NotAllowed; Refusal for a year that is none, an approver without the post, or a group that has one already.
    """
    why = reasoned(reason)
    if not 1000 <= year <= clock.today().year:
        raise Refusal(_("A filing year has four figures and is not to come."), _("Correct the year."))
    with transaction.atomic():
        dossier, locked = _item_to_decide_on(item, acting_user)
        _insist_on_approver(approved_by, acting_user, dossier)
        _refuse_a_second_year(locked, dossier)
        override, _new = FilingYearOverride.objects.update_or_create(
            item=locked,
            defaults=_decided(why, acting_user) | {"year": year, "approved_by": approved_by},
        )
        record("filing_year.set", by=acting_user, thing=locked, facts={"year": year, "reason": why})
        arrange_locked(dossier, acting_user)
    return override


def _insist_on_approver(approver: User, acting_user: User, dossier: Dossier) -> None:
    if approver.pk == acting_user.pk:
        raise Refusal(_("Nobody approves what they decide themselves."), _("Name who approved it."))
    posts = approver.posts_on(clock.today())
    if not any(post.kind in APPROVERS and post.fonds_id == dossier.fonds_id for post in posts):
        raise Refusal(
            _("%(person)s holds no post that approves a filing year.") % {"person": approver},
            _("Name a head, the director or somebody above."),
        )


def _refuse_a_second_year(item: Item, dossier: Dossier) -> None:
    """One group has one year: a second decision about it, at another of its papers, would contradict the first."""
    ties = list(ties_of(dossier))
    keys = {item.pk, *(key for tie in ties for key in (tie.item, tie.other))}
    groups = gathered({key: Paper(key, entry=key) for key in keys}, ties).groups
    group = next(group for group in groups if any(row.key == item.pk for row in group.rows))
    beside = [row.key for row in group.rows if row.key != item.pk]
    decided = FilingYearOverride.objects.select_related("item").filter(item__in=beside).first()
    if decided is not None:
        raise Refusal(
            _("“%(item)s” belongs to the same papers and was bound under %(year)s by decision.")
            % {"item": decided.item, "year": decided.year},
            _("Change that decision, or take it back first."),
        )


def reset_filing_year(*, item: Item, reason: str, acting_user: User) -> None:
    """A7: leave the year of an item to the rule again."""
    _take_back(FilingYearOverride, item, "filing_year.reset", reason, acting_user)


def set_position(*, item: Item, behind: Item | None, reason: str, acting_user: User) -> HandSetPosition:
    """A8: set an item and all that belongs to it behind another one (None: at the front of its volume), reasoned."""
    why = reasoned(reason)
    with transaction.atomic():
        dossier, locked = _item_to_decide_on(item, acting_user)
        if behind is not None and (behind.dossier_id != dossier.pk or behind.pk == locked.pk):
            raise Refusal(
                _("“%(item)s” is set behind another item of its dossier.") % {"item": locked}, _("Choose another one.")
            )
        position, _new = HandSetPosition.objects.update_or_create(
            item=locked, defaults=_decided(why, acting_user) | {"behind": behind}
        )
        facts = {"other": behind.journal_label if behind else "", "reason": why}
        record("position.set", by=acting_user, thing=locked, facts=facts)
        arrange_locked(dossier, acting_user)
    return position


def reset_position(*, item: Item, reason: str, acting_user: User) -> None:
    """A8: leave the position of an item to the rule again."""
    _take_back(HandSetPosition, item, "position.reset", reason, acting_user)


def join_class(*, item: Item, classification: SecurityClass, reason: str, acting_user: User) -> ClassJoin:
    """A9: let a closely tied ordinary item join the volume of a class that has volumes of its own."""
    why = reasoned(reason)
    if not classification.own_volume or classification.rank > facts_of(acting_user).clearance_rank:
        raise Refusal(
            _("The classification “%(name)s” has no volumes of its own that you may open.") % {"name": classification},
            _("Choose one that has."),
        )
    with transaction.atomic():
        dossier, locked = _item_to_decide_on(item, acting_user)
        join, _new = ClassJoin.objects.update_or_create(
            item=locked, defaults=_decided(why, acting_user) | {"classification": classification}
        )
        record("class.joined", by=acting_user, thing=locked, facts={"to": classification.code, "reason": why})
        arrange_locked(dossier, acting_user)
    return join


def leave_class(*, item: Item, reason: str, acting_user: User) -> None:
    """A9: bind an item with its own classification again."""
    _take_back(ClassJoin, item, "class.left", reason, acting_user)


def cross_reference_items(*, item: Item, other: Item, reason: str, acting_user: User) -> CrossReference:
    """A7: write on both note sheets that two items of one dossier belong together though they lie apart."""
    why = reasoned(reason)
    with transaction.atomic():
        dossier = dossier_to_decide_on(item.dossier_id, acting_user)
        pair = list(
            Item.objects.select_related("dossier__classification", "classification").filter(
                pk__in=(item.pk, other.pk), dossier=dossier
            )
        )
        if len(pair) != 2:
            raise Refusal(_("A cross-reference names two items of one dossier."), _("Choose another item."))
        insist_on_items(pair, acting_user)
        reference, made = CrossReference.objects.get_or_create(
            item=item, other=other, defaults=_decided(why, acting_user)
        )
        if made:
            facts = {"other": other.journal_label, "reason": why}
            record("items.cross_referenced", by=acting_user, thing=item, facts=facts)
    return reference


def _item_to_decide_on(item: Item, acting_user: User) -> tuple[Dossier, Item]:
    dossier = dossier_to_decide_on(item.dossier_id, acting_user)
    rows = Item.objects.select_for_update(of=("self",)).select_related("dossier__classification", "classification")
    locked = rows.get(pk=item.pk)
    insist_on_items([locked], acting_user)
    insist_open(locked)
    return dossier, locked


def _decided(reason: str, by: User) -> dict[str, Any]:
    return {"reason": reason, "decided_by": by, "decided_at": clock.now()}


def _take_back(model: Any, item: Item, action: str, reason: str, acting_user: User) -> None:
    why = reasoned(reason)
    with transaction.atomic():
        dossier, locked = _item_to_decide_on(item, acting_user)
        if model.objects.filter(item=locked).delete()[0]:
            record(action, by=acting_user, thing=locked, facts={"reason": why})
        arrange_locked(dossier, acting_user)
