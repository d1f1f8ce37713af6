"""Takes a new image of one page: a capture of the next version; the old one stays readable (A12 A17).

The file is foreign: it is opened on the bench, in a process of its own. Here is only what is made of the answer.
"""

from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal, require
from dms.holdings.models import Capture, Page
from dms.holdings.selectors import decide_item
from dms.holdings.services import add_capture
from dms.holdings.services.pages_layout import changed_meanwhile
from dms.organisation.models import User

from ..files.bench import Bench
from ..files.names import clean_file_name
from ..files.pages import SplitPage
from ..files.refused import BenchFailed, FileRefused
from ..files.words import words_for
from ..light_table import Table
from ..models import TableActKind
from .sealed_scans import SealedScan, sealed_scan
from .splitting import limits_of_settings
from .table_acts import keep_act

MOST_BYTES = 256 << 20


def rescan_page(
    *, table: Table, page: Page, file: BinaryIO, name: str, seen_version: int, acting_user: User
) -> Capture:
    """A12, A17: let the only page in `file` (a real file) be the new image of `page`, which is then read anew.

    Raise NotAllowed; Refusal where the file is no scan of one page, or another image than `seen_version` counts by now
    (`changed_meanwhile`). Then nothing is kept.
    """
    require(decide_item(acting_user, Act.WORK, page.item))
    if not page.captures.filter(is_current=True, version=seen_version).exists():
        raise changed_meanwhile()
    scan = _opened(file, clean_file_name(name))
    with sealed_scan(scan) as sealed:
        return _entered(table, page, sealed, seen_version, acting_user)


def _opened(file: BinaryIO, name: str) -> SplitPage:
    if file.seek(0, 2) > MOST_BYTES:
        raise Refusal(_("One page is never that large."), _("Choose the scan of this page alone."), code="too_large")
    file.seek(0)
    try:
        with Bench(limits_of_settings()) as bench:
            opened = bench.open(file, name)
            if opened.pages != 1:
                raise Refusal(
                    _("This file has %(count)s pages.") % {"count": opened.pages},
                    _("Choose a file with the new scan of this page alone."),
                    code="not_one_page",
                )
            return bench.page(0)
    except FileRefused as refused:
        raise Refusal(*words_for(refused.code, refused.facts), code=refused.code) from None
    except BenchFailed:
        raise Refusal(*words_for("crashed", {}), code="crashed") from None


def _entered(table: Table, page: Page, sealed: SealedScan, seen_version: int, acting_user: User) -> Capture:
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        if not page.captures.filter(is_current=True, version=seen_version).exists():
            raise changed_meanwhile()
        capture = add_capture(page=page, capture=sealed.facts, acting_user=acting_user)
        sealed.keep_beside(capture)
        keep_act(
            table,
            TableActKind.RESCANNED,
            before={"capture": {str(page.pk): seen_version}},
            after={"capture": {str(page.pk): capture.version}},
            pages=1,
            acting_user=acting_user,
        )
    return capture
