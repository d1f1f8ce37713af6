"""Notes signing in and out, and failed tries, in the journal. No rule lives here."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from dms.journal.services import record


@receiver(user_logged_in)
def signed_in(sender: Any, user: Any, **kwargs: Any) -> None:
    """Write that a person signed in."""
    record("person.signed_in", by=user, thing=user)


@receiver(user_logged_out)
def signed_out(sender: Any, user: Any, **kwargs: Any) -> None:
    """Write that a person signed out; an anonymous sign-out is nobody's."""
    if user is not None:
        record("person.signed_out", by=user, thing=user)


@receiver(user_login_failed)
def sign_in_failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Write that signing in failed, and under which name it was tried."""
    record("person.sign_in_failed", by=None, thing_label=str(credentials.get("username", ""))[:80])
