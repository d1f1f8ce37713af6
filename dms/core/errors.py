"""Errors that carry data. Services raise them; views, API and commands turn them into words at the edge."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .refusals import Answer, Denied


class Refusal(Exception):
    """A service would not do what was asked; nothing was changed.

    `message` says why and `remedy` what to do, both for the person who asked; `code` is the stable word for programs.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str | Promise, remedy: str | Promise = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if code:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NotAllowed(Refusal):
    """The person may not do this to a thing whose existence they may know of."""

    code = "not_allowed"
    status = 403


class NotFound(Refusal):
    """The thing does not exist, or the person may not know that it does: one answer for both (D1)."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            _("There is nothing here that you may see."),
            _("Check the number, or ask the archive."),
        )


def require(answer: Answer) -> None:
    """Raise `NotAllowed` with the policy's own words where `answer` is a denial; return otherwise."""
    if isinstance(answer, Denied):
        raise NotAllowed(answer.reason, answer.remedy, code=answer.code)
