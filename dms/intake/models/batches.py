"""Scan batches, received files, and where each page came from. Written only by dms.intake.services."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.core.leases import Leasable
from dms.holdings.models import Capture, Dossier, Item, Page, Section
from dms.vault.models import StoredFile

from ..files.words import words_for


class BatchState(models.TextChoices):
    """Open while files come and are checked; closed by filing them."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("filed")


class ScanBatch(models.Model):
    """Files that were uploaded together into one dossier, or into one item of it."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="scan_batches", verbose_name=_("dossier"))
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="scan_batches", verbose_name=_("item")
    )
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("section")
    )
    document_date = models.DateField(_("date of the documents"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # The day whose scans from the watched folder this batch gathers; none for batches that people open.
    watched_on = models.DateField(_("gathers the scans of"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=BatchState.choices, default=BatchState.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="scan_batches")
    opened_at = models.DateTimeField(_("opened at"))
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("filed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("scan batch")
        verbose_name_plural = _("scan batches")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="closed_batch_has_its_time"
            ),
            # Two conditions: what has no section is equal to nothing where a database compares it.
            models.UniqueConstraint(
                fields=("dossier", "section", "watched_on"),
                condition=Q(state="open", watched_on__isnull=False, section__isnull=False),
                name="one_watched_batch_a_day_sect",
            ),
            models.UniqueConstraint(
                fields=("dossier", "watched_on"),
                condition=Q(state="open", watched_on__isnull=False, section__isnull=True),
                name="one_watched_batch_a_day",
            ),
        )
        indexes = (
            models.Index(fields=("state", "-opened_at"), name="batch_state_opened"),
            models.Index(fields=("dossier", "-opened_at"), name="batch_dossier_opened"),
        )

    def __str__(self) -> str:
        return f"{self.dossier.number} · {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def journal_label(self) -> str:
        return self.dossier.number

    @property
    def is_open(self) -> bool:
        """Return whether files may still come, be answered or withdrawn."""
        return self.state == BatchState.OPEN


PACKED = "zip"  # the `kind` of a received file that holds others


class FileState(models.TextChoices):
    """How far a received file has come."""

    RECEIVED = "received", _("being split into pages")
    DUPLICATE = "duplicate", _("received before: keep it?")
    SPLIT = "split", _("taken in")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    UNPACKED = "unpacked", _("unpacked")


class ReceivedFileQuerySet(models.QuerySet["ReceivedFile"]):
    """Plain querysets of received files."""

    def waiting(self) -> "ReceivedFileQuerySet":
        """Files to be split, fair by batch: every batch's first file before any batch's second.

        Where a batch fills one item, its files wait for one another, so that pages stand in the order of the files.
        """
        earlier = ReceivedFile.objects.filter(
            batch=OuterRef("batch"), state=FileState.RECEIVED, position__lt=OuterRef("position")
        )
        return self.filter(Q(batch__item__isnull=True) | ~Exists(earlier), state=FileState.RECEIVED).order_by(
            "attempt", "position", "pk"
        )


class ReceivedFile(Leasable):
    """A file somebody uploaded: a transport only. Its sealed copy is kept until the batch is filed.

    A ZIP (`kind` is PACKED) becomes no pages but further received files, which name it in `packed_in`; its own copy is
    destroyed when all are out.

    `reason` and `facts` say why it was refused, as a code (see files/words.py); `slices` counts the leases that ended
    well, so that `attempt - slices` counts those that a crash ended. `to_undo`: given up, its item is
    still to be withdrawn.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    batch = models.ForeignKey(ScanBatch, models.PROTECT, related_name="files", verbose_name=_("scan batch"))
    position = models.PositiveIntegerField(_("position"))
    token = models.CharField(max_length=40, blank=True, editable=False)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True, db_index=True)
    stored = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(_("state"), max_length=10, choices=FileState.choices, default=FileState.RECEIVED)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    packed_in = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="entries")
    kind = models.CharField(_("kind"), max_length=8, blank=True)
    pages_found = models.PositiveIntegerField(_("pages found"), null=True, blank=True)
    reason = models.CharField(_("why it was refused"), max_length=30, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    misnamed = models.BooleanField(_("ending does not fit the content"), default=False)
    low_dpi = models.BooleanField(_("under 200 dpi"), default=False)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="received_files")
    slices = models.PositiveIntegerField(default=0, editable=False)
    to_undo = models.BooleanField(default=False, editable=False)
    changed_at = models.DateTimeField(_("changed at"), db_index=True)

    objects = ReceivedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("received file")
        verbose_name_plural = _("received files")
        ordering = ("batch", "position")
        constraints = (
            models.UniqueConstraint(fields=("batch", "position"), name="received_file_position_once"),
            # The browser sends a file again when it does not know whether it arrived: it arrives once.
            models.UniqueConstraint(fields=("batch", "token"), condition=~Q(token=""), name="received_file_token_once"),
            models.CheckConstraint(
                condition=~Q(state__in=("received", "duplicate", "split")) | Q(stored__isnull=False),
                name="accepted_file_is_stored",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="refused_file_says_why"),
        )
        indexes = (
            models.Index(fields=("attempt", "position", "id"), condition=Q(state="received"), name="file_to_split"),
            models.Index(fields=("id",), condition=Q(to_undo=True), name="file_to_undo"),
            # The watched folder asks for a token in whatever batch.
            models.Index(fields=("token",), condition=~Q(token=""), name="file_token"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def problem(self) -> tuple[str, str]:
        """Return (what is wrong, what to do) in the reader's language; two empty strings where nothing is."""
        return words_for(self.reason, self.facts) if self.reason else ("", "")


class PageSource(models.Model):
    """Which place of which received file a page was taken from; what makes splitting repeatable without doubles."""

    page = models.OneToOneField(Page, models.PROTECT, related_name="source")
    received_file = models.ForeignKey(ReceivedFile, models.PROTECT, related_name="sources")
    index_in_file = models.PositiveIntegerField(_("place in the file"))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("received_file", "index_in_file"), name="page_once_of_a_received_file"),
        )
        ordering = ("received_file", F("index_in_file"))

    def __str__(self) -> str:
        return f"{self.received_file_id} / {self.index_in_file + 1}"


class TextLayer(models.Model):
    """The text a born-digital page brought along, sealed; the recogniser takes it over instead of reading the image."""

    capture = models.OneToOneField(Capture, models.PROTECT, related_name="text_layer")
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"text layer {self.pk}"
