"""Fonds, departments, posts held for a time, and the one user model. People are closed, never deleted."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.core.identifiers import new_public_id


class Named(models.Model):
    """A configured thing with a Chinese name and, where the organisation wants it, an English one."""

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        if self.name_en and (get_language() or "").startswith("en"):
            return self.name_en
        return self.name


class Fonds(Named):
    """Everything one organisation keeps (全宗). Departments, series and numbers belong to one fonds."""

    code = models.SlugField(_("code"), max_length=20, unique=True)

    class Meta:
        verbose_name = _("fonds")
        verbose_name_plural = _("fonds")
        ordering = ("code",)


class Department(Named):
    """A department; departments form a tree within their fonds."""

    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="departments", verbose_name=_("fonds"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    code = models.SlugField(_("code"), max_length=20)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("fonds", "code"), name="department_code_unique_in_fonds"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="department_not_its_own_parent"),
        )


class PostKind(models.TextChoices):
    """What a post is, as the regulations speak of it."""

    CHAIRMAN = "chairman", _("Chairman")
    GENERAL_MANAGER = "general_manager", _("General manager")
    VICE_GENERAL_MANAGER = "vice_general_manager", _("Vice general manager")
    DIRECTOR = "director", _("Director")
    DEPARTMENT_HEAD = "department_head", _("Department head")
    ARCHIVIST = "archivist", _("Archivist")
    STOREKEEPER = "storekeeper", _("Storekeeper")
    STAFF = "staff", _("Staff member")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# Posts that belong to one department; the others belong to the whole fonds.
DEPARTMENTAL = frozenset({PostKind.DEPARTMENT_HEAD, PostKind.STAFF})


class Post(models.Model):
    """A post of the organisation (岗位): of a department where its kind asks for one, else of the fonds."""

    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="posts", verbose_name=_("fonds"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("department")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=PostKind.choices)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("fonds", "kind", "department")
        constraints = (
            models.UniqueConstraint(
                fields=("fonds", "kind", "department"), condition=Q(department__isnull=False), name="post_unique_dept"
            ),
            models.UniqueConstraint(
                fields=("fonds", "kind"), condition=Q(department__isnull=True), name="post_unique_fonds"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(DEPARTMENTAL), department__isnull=False)
                | (~Q(kind__in=sorted(DEPARTMENTAL)) & Q(department__isnull=True)),
                name="post_department_where_its_kind_asks",
            ),
        )

    def __str__(self) -> str:
        kind = self.get_kind_display()
        return f"{self.department} · {kind}" if self.department_id else str(kind)


class UserManager(DjangoUserManager["User"]):
    """Django's own, without superusers."""

    def create_superuser(self, *args: Any, **kwargs: Any) -> "User":
        """Refuse: nobody stands above the rules; `manage.py create_administrator` makes the first administrator."""
        raise Refusal(_("There are no superusers here."), _("Use: manage.py create_administrator NAME"))


class User(AbstractUser):
    """A person who signs in. Nobody is a superuser: rights come from posts (see dms.clearance)."""

    last_name = None  # type: ignore[assignment]
    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    display_name = models.CharField(_("name"), max_length=80)
    must_change_password = models.BooleanField(_("must choose a new password at the next sign-in"), default=False)
    is_demonstration = models.BooleanField(_("belongs to the demonstration"), default=False, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("username",)
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(is_active=False), name="closed_person_is_not_active"
            ),
            # The shell's own views ask for this flag in many places; the only safe answer is that nobody has it.
            models.CheckConstraint(condition=Q(is_superuser=False), name="nobody_is_superuser"),
        )

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def first_name(self) -> str:  # type: ignore[override]
        """The name as the shell greets people by; it takes the place of the inherited field."""
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name or self.username

    def posts_on(self, day: date) -> list[Post]:
        """Return the posts this person holds on `day`; read once for each day and object."""
        cache: dict[date, list[Post]] = self.__dict__.setdefault("_posts_on", {})
        if day not in cache:
            cache[day] = list(
                Post.objects.filter(holdings__in=PostHolding.objects.in_force(day).filter(person=self))
                .select_related("department", "fonds")
                .distinct()
            )
        return cache[day]

    def holds(self, kind: str) -> bool:
        """Return whether this person holds a post of `kind` today, in any fonds."""
        return self.is_active and any(post.kind == kind for post in self.posts_on(clock.today()))

    @property
    def journal_label(self) -> str:
        """The sign-in name, as the journal writes down whom an act concerned."""
        return self.username

    @property
    def journal_post(self) -> str:
        """The posts held today, as the journal writes them down."""
        return ", ".join(
            f"{post.kind}:{post.department.code}" if post.department else post.kind
            for post in self.posts_on(clock.today())
        )


class PostHoldingQuerySet(models.QuerySet["PostHolding"]):
    """Who holds what when."""

    def in_force(self, day: date) -> "PostHoldingQuerySet":
        """Holdings that count on `day`; the last day is included."""
        return self.filter(Q(from_day__lte=day), Q(until_day__isnull=True) | Q(until_day__gte=day))


class PostHolding(models.Model):
    """A person holds a post from a day until a day, both included; open-ended where `until_day` is empty."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings", verbose_name=_("post"))
    person = models.ForeignKey(User, models.PROTECT, related_name="holdings", verbose_name=_("person"))
    from_day = models.DateField(_("from"))
    until_day = models.DateField(_("until"), null=True, blank=True)

    objects = PostHoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("holding of a post")
        verbose_name_plural = _("holdings of posts")
        ordering = ("-from_day",)
        constraints = (
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")),
                name="holding_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.post}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens by their time."""

    def in_force(self, at: datetime) -> "ApiTokenQuerySet":
        """Tokens that open the door at the moment `at`: neither revoked nor run out, of a person who is not closed."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, person__is_active=True)


class ApiToken(models.Model):
    """What a program shows at the API instead of signing in; acts as its person. Only a hash of it is kept."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="tokens", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=80, help_text=_("What the token is for, such as the program's name."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=20, editable=False)
    may_write = models.BooleanField(_("may change things"), default=False)
    created_at = models.DateTimeField(_("made at"), editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        default_permissions = ()
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def journal_label(self) -> str:
        """The person's sign-in name and the token's beginning."""
        return f"{self.person.username} {self.hint}"

    @property
    def last_day(self) -> date:
        """The last day on which the token is valid, in the organisation's time zone."""
        return timezone.localtime(self.expires_at - timedelta(seconds=1)).date()

    @property
    def state(self) -> Literal["valid", "expired", "revoked"]:
        """Return `valid`, `expired` or `revoked`."""
        if self.revoked_at:
            return "revoked"
        return "valid" if self.expires_at > clock.now() and self.person.is_active else "expired"
