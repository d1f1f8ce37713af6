"""The one rule of who may do what (C2 C3 D1 D5): `decide()` for one thing, `branches()` for its queryset twins.

Both are the same rule: `decide()` asks whether any branch covers the thing, and every room (and the search index)
turns the same branches into its own query. Pure: facts and the moment come in as values.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied

from .models import ORDINARY, Level


class Act(StrEnum):
    """What somebody wants to do with a thing; finding its entry and reading its content are different rights."""

    KNOW = "know"
    READ = "read"
    PRINT = "print"
    DOWNLOAD = "download"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class UserFacts:
    """What the rule needs to know of a person at one moment; ids are primary keys."""

    user_id: int
    active: bool = True
    member_of: frozenset[int] = frozenset()
    heads: frozenset[int] = frozenset()
    archivist_of: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    clearance_rank: int = ORDINARY


@dataclass(frozen=True, slots=True)
class ThingFacts:
    """What the rule needs to know of a dossier or item. `rank` is the higher of the dossier's and the item's own."""

    fonds_id: int
    department_id: int
    rank: int
    level: str = Level.DEPARTMENT
    responsible_id: int | None = None
    sealed: bool = False
    granted: frozenset[Act] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way to a right: every condition that is not None must hold. Each can use an index of its own."""

    name: str
    fonds: frozenset[int] | None = None
    departments: frozenset[int] | None = None
    responsible: int | None = None
    max_rank: int | None = None
    level: str | None = None
    granted: Act | None = None
    sealed_too: bool = False

    def covers(self, thing: ThingFacts) -> bool:
        """Return whether the thing meets every condition of this branch."""
        return (
            (self.sealed_too or not thing.sealed)
            and (self.fonds is None or thing.fonds_id in self.fonds)
            and (self.departments is None or thing.department_id in self.departments)
            and (self.responsible is None or thing.responsible_id == self.responsible)
            and (self.max_rank is None or thing.rank <= self.max_rank)
            and (self.level is None or thing.level == self.level)
            and (self.granted is None or self.granted in thing.granted)
        )


# What each standing allows, before grants: C2 for reading; C3 keeps copies to the archive and the heads.
ARCHIVIST_ACTS = frozenset(Act)
RESPONSIBLE_ACTS = frozenset({Act.KNOW, Act.READ, Act.WORK})
HEAD_ACTS = frozenset({Act.KNOW, Act.READ, Act.PRINT})
MEMBER_ACTS = frozenset({Act.KNOW, Act.READ})
LEADER_ACTS = frozenset({Act.KNOW, Act.READ})


def branches(user: UserFacts, act: Act) -> tuple[Branch, ...]:
    """Return every way by which `user` may do `act`; none at all for a closed account.

    C2, D1: the archivist up to the clearance; the responsible person; the head for the department; members for
    ordinary dossiers of the department; the company's leaders for company-level dossiers; and what was granted.
    D5: a seal leaves only the knowledge that the dossier exists.
    """
    if not user.active:
        return ()
    known = act is Act.KNOW
    ways: list[Branch] = []
    if user.archivist_of and act in ARCHIVIST_ACTS:
        ways.append(Branch("archivist", fonds=user.archivist_of, max_rank=user.clearance_rank, sealed_too=known))
    if act in RESPONSIBLE_ACTS:
        ways.append(Branch("responsible", responsible=user.user_id, sealed_too=known))
    if user.heads and act in HEAD_ACTS:
        ways.append(Branch("head", departments=user.heads, sealed_too=known))
    if user.member_of and act in MEMBER_ACTS:
        ways.append(Branch("member", departments=user.member_of, max_rank=ORDINARY, sealed_too=known))
    if user.leads and act in LEADER_ACTS:
        ways.append(Branch("leader", fonds=user.leads, level=Level.COMPANY, sealed_too=known))
    if act is not Act.WORK:
        ways.append(Branch("granted", granted=act, sealed_too=known))
    return tuple(ways)


def decide(user: UserFacts, act: Act, thing: ThingFacts) -> Answer:
    """Return whether `user` may do `act` to `thing`, with the reason where not (C2 C3 D1 D5)."""
    if any(branch.covers(thing) for branch in branches(user, act)):
        return Allowed()
    if thing.sealed and not any(branch.covers(thing) for branch in branches(user, Act.KNOW)):
        return _unknown()
    if thing.sealed and act is not Act.KNOW:
        return Denied(_("This dossier is sealed."), _("Only the general manager can have it opened."), code="sealed")
    if any(branch.covers(thing) for branch in branches(user, Act.KNOW)):
        return Denied(
            _("You may know of this dossier, but not do this with it."),
            _("Ask the archive for access, with your reason."),
            code="not_granted",
        )
    return _unknown()


def _unknown() -> Denied:
    return Denied(
        _("There is nothing here that you may see."), _("Check the number, or ask the archive."), code="not_found"
    )


def may_configure(user: UserFacts, *, administers: bool) -> Answer:
    """F3: the organisation's rules are set by its administrators, who see no content by virtue of that office."""
    if user.active and administers:
        return Allowed()
    return Denied(_("Only an administrator sets this."), _("Ask your administrator."))


def may_create_dossier(user: UserFacts, fonds_id: int) -> Answer:
    """A1: dossiers are opened by the archivists of their fonds."""
    if user.active and fonds_id in user.archivist_of:
        return Allowed()
    return Denied(_("Only an archivist opens dossiers."), _("Ask the archive to open it for you."))


def may_set_who_sees(user: UserFacts, fonds_id: int) -> Answer:
    """C2, D1: who works on a dossier does not widen the circle of its readers; the archive sets who sees it."""
    if user.active and fonds_id in user.archivist_of:
        return Allowed()
    return Denied(
        _("Classification, level, department and responsible person decide who may see; only the archive sets them."),
        _("Ask an archivist, with your reason."),
        code="archive_only",
    )
