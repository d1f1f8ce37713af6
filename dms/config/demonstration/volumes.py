"""Arranges the demonstration's filed papers as an archivist would: types given, papers tied together, a volume closed."""

from collections.abc import Iterable

from dms.arrangement.models import Volume, VolumeState
from dms.arrangement.models.relations import RelationKind
from dms.arrangement.policy.closing import CONFIRMED_BY_HAND
from dms.arrangement.services import arrange_dossier, close_volume, relate_items
from dms.holdings.models import DocumentType, Dossier, Item, ItemState, PageState

from .organisation import Organisation

# What a title contains, and the type of document that makes it; the first that fits counts.
_TYPES = (
    ("申请书", "request"),
    ("审批表", "reply"),
    ("合同", "contract"),
    ("协议", "contract"),
    ("函", "correspondence"),
    ("通知", "correspondence"),
    ("报告", "summary"),
)
_OTHERS = "form"
# Within one dossier: a title that contains the first word is this to the one that contains the second.
_TIES = (
    ("贷款审批表", RelationKind.REPLIES_TO, "借款申请书"),
    ("补充协议", RelationKind.ATTACHMENT_OF, "房屋租赁合同"),
    ("押金收据", RelationKind.ATTACHMENT_OF, "房屋租赁合同"),
    ("重要权证移交清单", RelationKind.ATTACHMENT_OF, "借款合同"),
)
_CLOSED_RATHER = "loan"


def type_of(title: str) -> DocumentType | None:
    """Return the type of document that a title of ours tells."""
    code = next((code for word, code in _TYPES if word in title), _OTHERS)
    return DocumentType.objects.filter(fonds__isnull=True, code=code).first()


def arrange_papers(house: Organisation) -> int:
    """Tie what belongs together, arrange every dossier whose papers are filed, close one; return how many volumes.

    Doing it again changes nothing.
    """
    archivist, arranged = house.people["archivist"], []
    for dossier in house.dossiers.values():
        items = list(Item.objects.filter(dossier=dossier, state=ItemState.FILED))
        for first, kind, second in _TIES:
            for item in _titled(items, first):
                for other in _titled(items, second):
                    relate_items(item=item, kind=kind, other=other, acting_user=archivist)
        if items:
            arrange_dossier(dossier=dossier, acting_user=archivist)
            arranged.append(dossier)
    _close_one(arranged, house)
    return Volume.objects.filter(dossier__in=house.dossiers.values()).count()


def _titled(items: Iterable[Item], word: str) -> list[Item]:
    return [item for item in items if word in item.title]


def _close_one(dossiers: list[Dossier], house: Organisation) -> None:
    """Close the first volume whose pages are all read, rather of a loan project."""
    if Volume.objects.filter(dossier__in=dossiers).exclude(state=VolumeState.OPEN).exists():
        return
    volumes = Volume.objects.filter(dossier__in=dossiers).select_related("dossier").in_order()
    for volume in sorted(volumes, key=lambda one: one.dossier.kind_id != house.kinds[_CLOSED_RATHER].pk):
        items = Item.objects.filter(binding__volume=volume)
        if not items.exclude(pages__state__in=[PageState.RECOGNISED, PageState.BLANK]).exists():
            close_volume(volume=volume, confirmed=CONFIRMED_BY_HAND, acting_user=house.people["archivist"])
            return
