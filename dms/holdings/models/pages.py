"""Pages (页), their images (captures) and their texts (readings). Image and text lie in the vault, never here."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.core.leases import Leasable
from dms.vault.models import StoredFile

from .items import Item


class PageState(models.TextChoices):
    """How far a page has come on its way to being readable."""

    WAITING = "waiting", _("waiting to be read")
    RECOGNISED = "recognised", _("read")
    BLANK = "blank", _("blank")
    FAILED = "failed", _("could not be read")


class Side(models.TextChoices):
    """Which side of the sheet."""

    FRONT = "front", _("front")
    BACK = "back", _("back")


class Page(Leasable):
    """One side of one sheet (A10). `text_version` grows with every new text; 0 means there is none yet."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="pages", verbose_name=_("item"))
    position = models.PositiveIntegerField(_("position"))
    side = models.CharField(_("side"), max_length=5, choices=Side.choices, default=Side.FRONT)
    state = models.CharField(_("state"), max_length=12, choices=PageState.choices, default=PageState.WAITING)
    text_version = models.PositiveIntegerField(_("text version"), default=0)
    confidence = models.PositiveSmallIntegerField(_("confidence in percent"), null=True, blank=True)
    checked_at = models.DateTimeField(_("text checked at"), null=True, blank=True)
    failure = models.CharField(_("why it could not be read"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ("item", "position")
        constraints = (
            models.UniqueConstraint(fields=("item", "position"), name="page_position_once_an_item"),
            models.CheckConstraint(condition=Q(position__gte=1), name="page_position_from_one"),
            models.CheckConstraint(
                condition=~Q(state="recognised") | Q(text_version__gte=1), name="read_page_has_text"
            ),
        )
        indexes = (
            # Workers look for what waits; there is little of it among many pages.
            models.Index(fields=("attempt", "id"), condition=Q(state="waiting"), name="page_waiting"),
            models.Index(fields=("confidence",), condition=Q(checked_at__isnull=True), name="page_to_check"),
        )

    def __str__(self) -> str:
        return f"{self.item} · {self.position}"

    @property
    def journal_label(self) -> str:
        return f"{self.item.journal_label}/{self.position}"


class Capture(models.Model):
    """An image of a page; a rescan is a new one. Sizes are pixels of the master turned by its EXIF note only.

    `turn` is by how many degrees clockwise the image must be turned to stand upright (0, 90, 180, 270).
    """

    page = models.ForeignKey(Page, models.PROTECT, related_name="captures")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("current"), default=True)
    master = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    derivative = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    thumbnail = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    media_type = models.CharField(_("media type of the master"), max_length=40)
    width = models.PositiveIntegerField(_("width in pixels"))
    height = models.PositiveIntegerField(_("height in pixels"))
    dpi = models.PositiveIntegerField(_("dots per inch"), null=True, blank=True)
    turn = models.PositiveSmallIntegerField(_("turn in degrees"), default=0)
    captured_at = models.DateTimeField(_("captured at"))

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ("page", "-version")
        constraints = (
            models.UniqueConstraint(fields=("page", "version"), name="capture_version_once"),
            models.UniqueConstraint(
                fields=("page",), condition=Q(is_current=True), name="page_has_one_current_capture"
            ),
            models.CheckConstraint(condition=Q(turn__in=(0, 90, 180, 270)), name="capture_turn_is_a_quarter"),
            models.CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="capture_has_a_size"),
        )

    def __str__(self) -> str:
        return f"{self.page_id}/{self.version}"


class ReadingKind(models.TextChoices):
    """Where a text comes from."""

    RECOGNISED = "recognised", _("recognised")
    TEXT_LAYER = "text_layer", _("text layer of the file")
    CORRECTED = "corrected", _("corrected by hand")


class Reading(models.Model):
    """A text of a capture with its boxes, as sealed ALTO; every version stays readable (A12)."""

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="readings")
    version = models.PositiveIntegerField(_("version"))
    is_current = models.BooleanField(_("current"), default=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ReadingKind.choices)
    engine = models.CharField(_("engine"), max_length=60, blank=True)
    alto = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    confidence = models.PositiveSmallIntegerField(_("confidence in percent"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ("capture", "-version")
        constraints = (
            models.UniqueConstraint(fields=("capture", "version"), name="reading_version_once"),
            models.UniqueConstraint(
                fields=("capture",), condition=Q(is_current=True), name="capture_has_one_current_reading"
            ),
        )

    def __str__(self) -> str:
        return f"{self.capture_id}/{self.version}"
