"""Rules of the organisation that need nothing but values."""

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied


def may_administer(*, holds_the_post: bool, active: bool) -> Answer:
    """F3: people, posts and departments are set by an administrator, by virtue of the post and nothing else."""
    if holds_the_post and active:
        return Allowed()
    return Denied(_("Only an administrator sets this."), _("Ask your administrator."), code="administrators_only")


def may_close_person(*, is_oneself: bool) -> Answer:
    """C7: nobody closes the own account: the last administrator would lock the house."""
    if is_oneself:
        return Denied(_("You cannot close your own account."), _("Another administrator can."))
    return Allowed()


def may_keep_token(*, days: int, most_days: int) -> Answer:
    """D1: a token that somebody forgot must die by itself; none is made for longer than the house allows."""
    if 1 <= days <= most_days:
        return Allowed()
    return Denied(
        _("A token is valid for 1 to %(most)s days.") % {"most": most_days},
        _("Choose an earlier day; a new token can be made in time."),
        code="too_long",
    )
