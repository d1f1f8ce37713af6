"""Fonds, departments and one person of every kind."""

from dataclasses import dataclass
from datetime import date

from dms.clearance.models import PersonClearance
from dms.organisation.models import Department, Fonds, PostKind, User
from dms.organisation.services import appoint, create_department, create_fonds, create_person

from .count import fresh
from .holdings import security_classes

PASSWORD = "a long enough phrase 7"
FROM_DAY = date(2020, 1, 1)


def a_fonds(name: str = "测试物业公司") -> Fonds:
    """Return a new fonds."""
    return create_fonds(code=fresh("f"), name=name, name_en="Test company", acting_user=None)


def a_department(fonds: Fonds, name: str = "客户服务部", parent: Department | None = None) -> Department:
    """Return a new department of `fonds`."""
    return create_department(
        fonds=fonds, code=fresh("d"), name=name, name_en=fresh("Department "), parent=parent, acting_user=None
    )


def a_person(
    kind: PostKind | None = None,
    fonds: Fonds | None = None,
    department: Department | None = None,
    *,
    username: str = "",
    rank: int | None = None,
) -> User:
    """Return a new person, with a post of `kind` and, where `rank` is given, cleared up to that classification."""
    person = create_person(
        username=username or fresh("person"),
        display_name=username or fresh("人员"),
        password=PASSWORD,
        must_change_password=False,
        acting_user=None,
    )
    if kind and fonds:
        appoint(person=person, kind=kind, fonds=fonds, department=department, from_day=FROM_DAY, acting_user=None)
    if rank is not None:
        PersonClearance.objects.create(person=person, security_class=security_classes()[rank])
    return person


@dataclass
class House:
    """One fonds, two departments, and one person of every kind (rank 1, confidential, for the archivist)."""

    fonds: Fonds
    service: Department
    finance: Department
    archivist: User
    staff1: User
    staff2: User
    head1: User
    head2: User
    director: User
    gm: User
    auditor: User
    admin: User

    @property
    def people(self) -> dict[str, User]:
        """Every person by the role's name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def a_house() -> House:
    """Return a House: staff1 and head1 in `service`, staff2 and head2 in `finance`."""
    fonds = a_fonds()
    service, finance = a_department(fonds), a_department(fonds, "财务部")
    return House(
        fonds=fonds,
        service=service,
        finance=finance,
        archivist=a_person(PostKind.ARCHIVIST, fonds, rank=1),
        staff1=a_person(PostKind.STAFF, fonds, service),
        staff2=a_person(PostKind.STAFF, fonds, finance),
        head1=a_person(PostKind.DEPARTMENT_HEAD, fonds, service),
        head2=a_person(PostKind.DEPARTMENT_HEAD, fonds, finance),
        director=a_person(PostKind.DIRECTOR, fonds),
        gm=a_person(PostKind.GENERAL_MANAGER, fonds),
        auditor=a_person(PostKind.AUDITOR, fonds),
        admin=a_person(PostKind.ADMINISTRATOR, fonds),
    )
