"""Turns a policy's no about a state of affairs into the refusal that says so (409: the right is not in question)."""

from dms.core.errors import Refusal
from dms.core.refusals import Answer, Denied


def insist(answer: Answer) -> None:
    """Raise Refusal in the policy's own words where `answer` is a denial; return otherwise."""
    if isinstance(answer, Denied):
        raise Refusal(answer.reason, answer.remedy, code=answer.code)
