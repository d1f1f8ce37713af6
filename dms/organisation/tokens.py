"""Makes, recognises and revokes API tokens. The token itself is seen once and stored nowhere: only its hash is."""

import hashlib
import secrets
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.errors import Refusal, require
from dms.journal.services import record

from .models import ApiToken, User
from .policy import may_keep_token

PREFIX = "juanzong_"
SECRET_BYTES = 30  # 240 bits: a plain hash of it cannot be searched through
HINT_LENGTH = len(PREFIX) + 4
USE_NOTED_EVERY = timedelta(minutes=1)


def make_token(*, person: User, name: str, last_day: date, may_write: bool = False) -> tuple[ApiToken, str]:
    """Make a token by which programs act as `person` until the end of `last_day`; return its row and, once, itself.

    People make their own: a token is never made for somebody else. Raise NotAllowed for too long a time, Refusal for
    a token without a name.
    """
    if not name.strip():
        raise Refusal(_("A token needs a name."), _("Say which program it is for."), code="name_needed")
    days = (last_day - clock.today()).days + 1
    require(may_keep_token(days=days, most_days=settings.API_TOKEN_MOST_DAYS))
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        token = ApiToken.objects.create(
            person=person,
            name=name.strip()[:80],
            digest=digest_of(secret),
            hint=secret[:HINT_LENGTH],
            may_write=may_write,
            created_at=clock.now(),
            expires_at=clock.end_of(last_day),
        )
        record("token.made", by=person, thing=token, facts={"until": last_day.isoformat(), "writes": may_write})
    return token, secret


def revoke_token(*, token: ApiToken, acting_user: User) -> ApiToken:
    """Revoke a token for good; doing it twice changes nothing. The caller has fetched it by `get_token_for`."""
    with transaction.atomic():
        locked = ApiToken.objects.select_for_update(of=("self",)).select_related("person").get(pk=token.pk)
        if locked.revoked_at is None:
            locked.revoked_at, locked.revoked_by = clock.now(), acting_user
            locked.save(update_fields=["revoked_at", "revoked_by"])
            record("token.revoked", by=acting_user, thing=locked)
    return locked


def recognise_token(secret: str) -> ApiToken | None:
    """Return the token in force that `secret` is, with its person; None for anything else. Notes that it was used."""
    found = ApiToken.objects.in_force(clock.now()).select_related("person").filter(digest=digest_of(secret)).first()
    if found and (found.last_used_at is None or clock.now() - found.last_used_at > USE_NOTED_EVERY):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=clock.now())
    return found


def digest_of(secret: str) -> str:
    """Return the hash by which a token is kept and found."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
