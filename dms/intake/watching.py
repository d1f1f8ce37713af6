"""Looks after the folder that scanners write to. Writes only by services; no file leaves it before the vault has it.

Everything is opened from the folder's own descriptor, name by name, following no link: whoever can write there must not
make this process read a file that lies elsewhere.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import Refusal
from dms.organisation.models import User

from . import services
from .files.packed_names import natural_order
from .models import UnplacedFile
from .services.watched import Found

DONE = "_done"
DEEPEST = 32
PASSED_OVER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
HALF_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".!qb", "~")
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

State = tuple[int, int, int]
Place = tuple[tuple[str, ...], str]


@dataclass(slots=True)
class Look:
    """What one look did: files taken in, put among the unplaced, still being written, and left with their trouble."""

    taken: int = 0
    unplaced: int = 0
    waiting: int = 0
    left: int = 0


class Watcher:
    """Takes complete files out of one folder in one person's name. `keep`: they move to `_done/DAY/`, else they go."""

    def __init__(self, folder: Path, user: User, *, keep: bool, say: Callable[[str], None]) -> None:
        self._folder, self._user_id, self._keep, self._say = folder, user.pk, keep, say
        self._before: dict[Place, State] = {}
        self._left: dict[Place, State] = {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder against another watcher on this machine; raise Refusal where there is one."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Refusal(_("Another process looks after this folder already.")) from None
        except OSError:  # a network share without locks: tokens still keep files from being taken twice
            pass
        try:
            yield
        finally:
            os.close(descriptor)

    def look(self) -> Look:
        """Take in every file that has not changed since the last look, in the order of names; return what was done.

        Raise Refusal where the person is no archivist any more or the disk is full, OSError where the folder is gone.
        """
        user = User.objects.get(pk=self._user_id)
        if not facts_of(user).archivist_of:
            raise Refusal(_("Only an archivist's name can stand for the scanner: %(name)s.") % {"name": user.username})
        look, seen = Look(), dict[Place, State]()
        root = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for place, state in sorted(
                self._files(root), key=lambda row: natural_order("/".join((*row[0][0], row[0][1])))
            ):
                seen[place] = state
                if self._left.get(place) == state:
                    look.left += 1
                elif self._before.get(place) != state:
                    look.waiting += 1
                else:
                    self._take(root, place, state, user, look)
        finally:
            os.close(root)
            self._before = seen
            self._left = {place: state for place, state in self._left.items() if place in seen}
        return look

    def _files(self, root: int) -> Iterator[tuple[Place, State]]:
        waiting: list[tuple[str, ...]] = [()]
        while waiting:
            folders = waiting.pop()
            try:
                with _opened(root, folders) as folder, os.scandir(folder) as entries:
                    for entry in entries:
                        if _is_passed_over(entry.name, folders):
                            continue
                        info = entry.stat(follow_symlinks=False)
                        if stat.S_ISDIR(info.st_mode) and len(folders) < DEEPEST:
                            waiting.append((*folders, entry.name))
                        elif stat.S_ISREG(info.st_mode):
                            yield (folders, entry.name), _state_of(info)
            except OSError as error:
                if not folders:
                    raise
                self._complain(folders, "", error)

    def _take(self, root: int, place: Place, state: State, user: User, look: Look) -> None:
        folders, name = place
        found = Found(
            folders=tuple(_readable(folder) for folder in folders),
            name=_readable(name),
            path=os.fsencode("/".join((*folders, name))),
            size=state[0],
            changed_ns=state[1],
        )
        try:
            with _opened(root, folders) as folder, os.fdopen(os.open(name, FILE, dir_fd=folder), "rb") as file:
                info = os.fstat(file.fileno())
                if not stat.S_ISREG(info.st_mode) or _state_of(info) != state:
                    look.waiting += 1
                    return
                outcome = services.take_scan(found=found, file=file, acting_user=user)
                if outcome is None:
                    look.waiting += 1
                    return
                if isinstance(outcome, UnplacedFile):
                    look.unplaced += 1
                else:
                    look.taken += 1
                if not services.is_settled(outcome):
                    self._left[place] = state
                elif _state_of(os.fstat(file.fileno())) == state:
                    self._send_away(root, folder, place, state)
        except FileNotFoundError:  # taken away again by whoever put it there
            return
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
            services.note_unreadable(found=found, acting_user=user)
            self._left[place] = state
            look.left += 1
            self._complain(folders, name, error)

    def _send_away(self, root: int, folder: int, place: Place, state: State) -> None:
        """Delete the file or move it to `_done`; where that cannot be it stays, known by its token."""
        folders, name = place
        try:
            if _state_of(os.stat(name, dir_fd=folder, follow_symlinks=False)) != state:
                return  # another file has this name now: the next look takes it
            if not self._keep:
                os.unlink(name, dir_fd=folder)
                return
            with _made(root, (DONE, clock.today().isoformat(), *folders)) as done:
                os.rename(name, _free_name(done, name), src_dir_fd=folder, dst_dir_fd=done)
        except FileNotFoundError:
            return
        except OSError as error:
            self._left[place] = state
            self._complain(folders, name, error)

    def _complain(self, folders: tuple[str, ...], name: str, error: OSError) -> None:
        # The number of the folder only: a file's name may be a customer's.
        where = "/".join(_readable(folder) for folder in folders[:1]) or "."
        self._say(f"{where}: {error.strerror or type(error).__name__}{' (a file)' if name else ''}")


@contextmanager
def _opened(root: int, folders: tuple[str, ...]) -> Iterator[int]:
    """Yield a descriptor of the folder `folders` below `root`; raise OSError, also where a link stands in the way."""
    descriptor = os.dup(root)
    try:
        for name in folders:
            below = os.open(name, FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _made(root: int, folders: tuple[str, ...]) -> Iterator[int]:
    for length in range(1, len(folders) + 1):
        with _opened(root, folders[: length - 1]) as above, suppress(FileExistsError):
            os.mkdir(folders[length - 1], mode=0o700, dir_fd=above)
    with _opened(root, folders) as made:
        yield made


def _free_name(folder: int, name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    wanted, number = name, 1
    while True:
        try:
            os.stat(wanted, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return wanted
        number += 1
        wanted = f"{stem} ({number}).{ending}" if dot and stem else f"{name} ({number})"


def _order(row: tuple[Place, State]) -> list[tuple[int, int, str]]:
    folders, name = row[0]
    return natural_order("/".join((*folders, name)))


def _state_of(info: os.stat_result) -> State:
    return info.st_size, info.st_mtime_ns, info.st_ino


def _is_passed_over(name: str, folders: tuple[str, ...]) -> bool:
    lowered = name.lower()
    if not folders and name == DONE:
        return True
    return name.startswith((".", "~$")) or lowered in PASSED_OVER or lowered.endswith(HALF_WRITTEN)


def _readable(name: str) -> str:
    """Return a name as text: scanners with a Chinese firmware write GBK."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("latin-1")
