"""What the vault refuses, as types that carry data. None of them carries a plaintext, a key or a path of the vault."""

from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal


class Destroyed(Refusal):
    """The key was destroyed on purpose, or is about to be: what it sealed is gone for good (E6)."""

    code = "destroyed"
    status = 410

    def __init__(self, key_id: UUID) -> None:
        super().__init__(_("This was destroyed and cannot be read any more."), _("The destruction register says why."))
        self.key_id = key_id


class Damaged(Refusal):
    """A file that should be readable is not; `fault` is one of `models.Fault`'s values."""

    code = "damaged"
    status = 500

    def __init__(self, key_id: UUID, fault: str) -> None:
        super().__init__(
            _("This file is damaged and cannot be read."),
            _("Tell an administrator: the backup may hold a good copy."),
        )
        self.key_id = key_id
        self.fault = fault


class KeyStoreUnreachable(Refusal):
    """A key file cannot be opened or written; `place` names its folder, for operators."""

    code = "key_store_unreachable"
    status = 503

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            _("The key store cannot be reached, so nothing can be stored or read."),
            _("Tell an administrator; nothing was changed."),
        )
        self.place = place
        self.why = why

    def detail(self) -> str:
        """Return folder and cause, for logs and operators' commands."""
        return f"{self.place}: {self.why}"


class MasterKeyUnusable(Refusal):
    """There is no master key, or it is none."""

    code = "master_key_unusable"
    status = 503

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message, _("Set JUANZONG_MASTER_KEY_FILE to the file that holds it."))


class TooManyOrphans(Refusal):
    """So many files lie in the vault without a row that the database is probably the wrong one."""

    code = "too_many_orphans"

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(
            _("More than %(limit)s stored files belong to no row of this database.") % {"limit": limit},
            _("Check that this is the right database before anything is removed."),
        )
        self.found = found
        self.limit = limit
