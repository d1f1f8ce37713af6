"""Takes a new image of one page: a capture of the next version; the old one stays readable (A12 A17).

The file is foreign: it is opened on the bench, in a process of its own. Here is only what is made of the answer.
"""

import io
import json
from contextlib import suppress
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal, require
from dms.holdings.models import Capture, Page
from dms.holdings.selectors import decide_item
from dms.holdings.services import add_capture
from dms.holdings.services.pages import CaptureFacts
from dms.holdings.services.pages_layout import changed_meanwhile
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import destroy, store

from ..files.bench import Bench
from ..files.names import clean_file_name
from ..files.pages import SplitPage
from ..files.refused import BenchFailed, FileRefused
from ..files.words import words_for
from ..light_table import Table
from ..models import TableActKind, TextLayer
from .measuring import keep_measures
from .splitting import PURPOSES, limits_of_settings
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
    stored: list[StoredFile] = []
    try:
        for data, purpose in zip((scan.master, scan.image, scan.thumbnail, _layer(scan)), PURPOSES, strict=True):
            if data:
                stored.append(store(io.BytesIO(data), purpose=purpose))
        return _entered(table, page, scan, stored, seen_version, acting_user)
    except BaseException:
        # A commit whose answer was lost may have entered the image all the same; the sweep does what fails here.
        with suppress(Exception):
            if stored and not Capture.objects.filter(master=stored[0]).exists():
                destroy(stored, reason="image was not entered")
        raise


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


def _layer(scan: SplitPage) -> bytes:
    return json.dumps(scan.text_layer, ensure_ascii=False, separators=(",", ":")).encode() if scan.text_layer else b""


def _entered(
    table: Table, page: Page, scan: SplitPage, stored: list[StoredFile], seen_version: int, acting_user: User
) -> Capture:
    facts = CaptureFacts(
        master=stored[0],
        derivative=stored[1],
        thumbnail=stored[2],
        media_type=scan.media_type,
        width=scan.width,
        height=scan.height,
        dpi=scan.dpi,
    )
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        if not page.captures.filter(is_current=True, version=seen_version).exists():
            raise changed_meanwhile()
        capture = add_capture(page=page, capture=facts, acting_user=acting_user)
        keep_measures(capture, scan.measures)
        if len(stored) > 3:
            TextLayer.objects.create(capture=capture, stored=stored[3])
        keep_act(
            table,
            TableActKind.RESCANNED,
            before={"capture": {str(page.pk): seen_version}},
            after={"capture": {str(page.pk): capture.version}},
            pages=1,
            acting_user=acting_user,
        )
    return capture
