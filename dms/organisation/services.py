"""The only writers of people, departments and posts. Each act and its journal line stand in one transaction."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.journal.services import record

from .models import DEPARTMENTAL, ApiToken, Department, Fonds, Post, PostHolding, PostKind, User


def create_fonds(*, code: str, name: str, name_en: str = "", acting_user: User | None) -> Fonds:
    """Create a fonds; `acting_user` is None when an operator sets the system up."""
    with transaction.atomic():
        fonds = Fonds.objects.create(code=code, name=name, name_en=name_en)
        record("fonds.created", by=acting_user, thing=fonds, thing_label=code)
    return fonds


def create_department(
    *, fonds: Fonds, code: str, name: str, name_en: str = "", parent: Department | None = None, acting_user: User | None
) -> Department:
    """Create a department; raise Refusal where the parent belongs to another fonds."""
    if parent and parent.fonds_id != fonds.pk:
        raise Refusal(_("A department and the one it is part of belong to the same fonds."))
    with transaction.atomic():
        department = Department.objects.create(fonds=fonds, code=code, name=name, name_en=name_en, parent=parent)
        record("department.created", by=acting_user, thing=department, thing_label=code)
    return department


def create_person(
    *,
    username: str,
    display_name: str,
    password: str,
    email: str = "",
    must_change_password: bool = True,
    is_demonstration: bool = False,
    acting_user: User | None,
) -> User:
    """Create a person; raise ValidationError for a weak password (not asked of the demonstration's)."""
    person = User(username=username, display_name=display_name, email=email)
    person.must_change_password = must_change_password
    person.is_demonstration = is_demonstration
    if not is_demonstration:
        validate_password(password, person)
    person.set_password(password)
    with transaction.atomic():
        person.save()
        record("person.created", by=acting_user, thing=person, thing_label=username)
    return person


def appoint(
    *,
    person: User,
    kind: PostKind | str,
    fonds: Fonds,
    department: Department | None = None,
    from_day: date | None = None,
    until_day: date | None = None,
    acting_user: User | None,
) -> PostHolding:
    """Give `person` the post of `kind` from `from_day` (today) on; the post is created where it does not exist yet."""
    if (kind in DEPARTMENTAL) != (department is not None):
        raise Refusal(_("A department head or staff member belongs to a department; every other post to the fonds."))
    if department and department.fonds_id != fonds.pk:
        raise Refusal(_("The department belongs to another fonds."))
    if person.closed_at:
        raise Refusal(_("This account is closed."))
    with transaction.atomic():
        post, _created = Post.objects.get_or_create(fonds=fonds, kind=kind, department=department)
        holding = PostHolding.objects.create(
            post=post, person=person, from_day=from_day or clock.today(), until_day=until_day
        )
        record("post.given", by=acting_user, thing=person, thing_label=person.username, facts={"post": str(kind)})
    person.__dict__.pop("_posts_on", None)
    return holding


def end_holding(*, holding: PostHolding, last_day: date, acting_user: User | None) -> None:
    """Let a holding end with `last_day` (included)."""
    if last_day < holding.from_day:
        raise Refusal(_("A post cannot end before it began."))
    with transaction.atomic():
        holding.until_day = last_day
        holding.save(update_fields=["until_day"])
        record(
            "post.ended",
            by=acting_user,
            thing=holding.person,
            thing_label=holding.person.username,
            facts={"post": holding.post.kind, "last_day": last_day.isoformat()},
        )


def set_password(*, person: User, password: str, must_change: bool, acting_user: User | None) -> None:
    """Set a new password after the organisation's checks; `must_change` asks for another at the next sign-in."""
    validate_password(password, person)
    with transaction.atomic():
        person.set_password(password)
        person.must_change_password = must_change
        person.save(update_fields=["password", "must_change_password"])
        record("person.password_set", by=acting_user, thing=person, thing_label=person.username)


def close_person(*, person: User, acting_user: User | None) -> None:
    """Close an account: it can no longer sign in, its posts end today, its tokens are revoked; nothing is deleted."""
    with transaction.atomic():
        person.is_active = False
        person.closed_at = clock.now()
        person.save(update_fields=["is_active", "closed_at"])
        PostHolding.objects.in_force(clock.today()).filter(person=person).update(until_day=clock.today())
        tokens = ApiToken.objects.filter(person=person, revoked_at__isnull=True)
        tokens.update(revoked_at=clock.now(), revoked_by=acting_user)
        record("person.closed", by=acting_user, thing=person, thing_label=person.username)


def save_department(*, department: Department, acting_user: User | None) -> Department:
    """Write a new or changed department."""
    with transaction.atomic():
        action = "department.changed" if department.pk else "department.created"
        department.save()
        record(action, by=acting_user, thing=department, thing_label=department.code)
    return department
