"""Sets up the invented organisation's fonds, departments, posts and people. Writes only what is not there yet."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import transaction

from dms.clearance.models import PersonClearance, SecurityClass
from dms.journal.services import record
from dms.organisation.models import Department, Fonds, PostKind, User
from dms.organisation.services import appoint, create_department, create_fonds, create_person

from .dossiers import COMPANY, COMPANY_EN

Configured = TypeVar("Configured", SecurityClass, PersonClearance)

# One password for every demonstration account: production refuses to start while such an account exists.
PASSWORD = "juanzong-demo"  # noqa: S105
SINCE = date(2023, 1, 1)

CLASSES = (
    ("ordinary", "普通", "Ordinary", 0),
    ("confidential", "机密", "Confidential", 1),
    ("top-secret", "绝密", "Top secret", 2),
)
DEPARTMENTS = (("KF", "客户服务部", "Customer service"), ("XD", "信贷业务部", "Loans"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. `clearance` is a code of CLASSES, `department` one of DEPARTMENTS."""

    username: str
    display_name: str
    post: PostKind
    department: str = ""
    clearance: str = ""


PEOPLE = (
    Person("archivist", "白洁", PostKind.ARCHIVIST, clearance="confidential"),
    Person("staff1", "周晓雯", PostKind.STAFF, "KF"),
    Person("staff2", "韩雪", PostKind.STAFF, "XD"),
    Person("head1", "方致远", PostKind.DEPARTMENT_HEAD, "KF"),
    Person("head2", "宋怀远", PostKind.DEPARTMENT_HEAD, "XD"),
    Person("director", "顾明", PostKind.DIRECTOR),
    Person("gm", "沈国华", PostKind.GENERAL_MANAGER),
    Person("admin", "丁一凡", PostKind.ADMINISTRATOR),
)


def load_classes() -> dict[str, SecurityClass]:
    """Return the classifications by code, made where a rank is not taken yet."""
    return {
        code: SecurityClass.objects.filter(rank=rank).first()
        or _configured(SecurityClass(code=code, name=name, name_en=name_en, rank=rank, own_volume=rank == 2))
        for code, name, name_en, rank in CLASSES
    }


def _configured(row: Configured) -> Configured:
    """Save and journal a row of configuration, as its screen does."""
    with transaction.atomic():
        row.save()
        record("configuration.created", by=None, thing=row)
    return row


def load_fonds() -> tuple[Fonds, dict[str, Department]]:
    """Return the fonds and its departments by code."""
    fonds = Fonds.objects.filter(code="JH").first() or create_fonds(
        code="JH", name=COMPANY, name_en=COMPANY_EN, acting_user=None
    )
    there = {department.code: department for department in fonds.departments.all()}
    for code, name, name_en in DEPARTMENTS:
        if code not in there:
            there[code] = create_department(fonds=fonds, code=code, name=name, name_en=name_en, acting_user=None)
    return fonds, there


def load_people(fonds: Fonds, departments: dict[str, Department], classes: dict[str, SecurityClass]) -> dict[str, User]:
    """Return the people by sign-in name, each in the post they hold."""
    return {person.username: _load_person(person, fonds, departments, classes) for person in PEOPLE}


def _load_person(
    person: Person, fonds: Fonds, departments: dict[str, Department], classes: dict[str, SecurityClass]
) -> User:
    user = User.objects.filter(username=person.username).first() or create_person(
        username=person.username,
        display_name=person.display_name,
        password=PASSWORD,
        must_change_password=False,
        is_demonstration=True,
        acting_user=None,
    )
    if not user.holdings.exists():
        department = departments[person.department] if person.department else None
        appoint(person=user, kind=person.post, fonds=fonds, department=department, from_day=SINCE, acting_user=None)
    if person.clearance and not PersonClearance.objects.filter(person=user).exists():
        _configured(PersonClearance(person=user, security_class=classes[person.clearance]))
    return user
