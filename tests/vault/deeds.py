"""What tests do in processes of their own: store, destroy, be killed in between, back up, restore. Run by `processes`."""

import io
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

CONTENT = b"\x00a page of a dossier\xff" * 5000


def migrate() -> None:
    """Make the house's database."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def command(name: str, arguments: list[str]) -> dict[str, Any]:
    """Run a management command with `--json`; return its exit code, output as JSON, and words of refusal."""
    from django.core.management.base import CommandError

    module = "dms.vault" if name == "check_fixity" else "dms.config"
    made = import_module(f"{module}.management.commands.{name}").Command(stdout=io.StringIO())
    code, refusal = 0, ""
    options = vars(made.create_parser("manage.py", name).parse_args([*arguments, "--json"]))
    try:
        made.execute(**options)
    except CommandError as error:
        code, refusal = error.returncode, str(error)
    except SystemExit as error:
        code = error.code
    text = made.stdout.getvalue()
    return {"code": code, "refusal": refusal, "said": json.loads(text) if text.strip() else None}


def restore(arguments: list[str]) -> dict[str, Any]:
    """Run the restore command; where a database came of it, also return rows, state and readable contents."""
    from django.conf import settings

    done = command("restore", arguments)
    if (settings.DATA_DIR / "juanzong.sqlite3").exists() and done["code"] == 0:
        done |= {"rows": rows(), "state": state(), "contents": read_all()}
    return done


def dossier(contents: list[str]) -> dict[str, Any]:
    """Make the database and store texts; return the ids, rows and state."""
    migrate()
    return {"ids": store_some(contents), "rows": rows(), "state": state()}


def store_some(contents: list[str]) -> list[str]:
    """Store texts; return the ids."""
    from dms.vault import services

    return [str(services.store(content.encode(), purpose="test").pk) for content in contents]


def read_all() -> dict[str, str]:
    """Return the text that every living file holds, by id."""
    from dms.vault import services
    from dms.vault.models import StoredFile

    return {str(row.pk): services.read(row).decode() for row in StoredFile.objects.alive()}


def rows() -> dict[str, dict[str, Any]]:
    """Return every row's purpose, size and reason of destruction, by id."""
    from dms.vault.models import StoredFile

    return {
        str(row.pk): {"size": row.size, "because": row.destroyed_because, "gone": row.destroyed_at is not None}
        for row in StoredFile.objects.all()
    }


def destroy_some(ids: list[str], reason: str) -> list[str]:
    """Destroy files; return the ids destroyed."""
    from dms.vault import services
    from dms.vault.models import StoredFile

    return [str(file_id) for file_id in services.destroy(StoredFile.objects.filter(pk__in=ids), reason=reason)]


def destroy_and_back_up(ids: list[str], reason: str, folder: str) -> dict[str, Any]:
    """Destroy files, then run the backup command; return what it said."""
    destroy_some(ids, reason)
    return command("backup", [folder])


def state() -> dict[str, Any]:
    """Return how many rows, keys, tombstones, files and drafts there are."""
    from django.conf import settings

    from dms.vault import placement
    from dms.vault.keystore import key_store
    from dms.vault.models import StoredFile

    store = key_store()
    store.prepare()
    names = [name for _, _, names in os.walk(settings.DATA_DIR / "vault") for name in names]
    return {
        "alive": StoredFile.objects.alive().count(),
        "condemned": StoredFile.objects.condemned().count(),
        "destroyed": StoredFile.objects.destroyed().count(),
        "keys": [place.counts()[0] for place in (store.primary, *store.replicas)],
        "tombstones": [place.counts()[1] for place in (store.primary, *store.replicas)],
        "files": sum(name.endswith(placement.SUFFIX) for name in names),
        "drafts": sum(name.endswith(placement.PART) for name in names),
    }


def store_killed(step: str, when: str, nth: int) -> dict[str, Any]:
    """Store one file, then another in a child killed at `step`; sweep; return the states before and after the sweep."""
    from dms.vault import services
    from dms.vault.fixity import check_fixity
    from dms.vault.models import StoredFile
    from dms.vault.sweeping import sweep_orphans

    before = services.store(CONTENT, purpose="before")
    ended = _in_child(step, when, nth, lambda: services.store(CONTENT, purpose="killed"))
    left = state()
    sweep_orphans(timedelta(0))
    report = check_fixity("all", deep=True)
    return {
        "ended": ended,
        "left": left,
        "swept": state(),
        "sound": report.sound,
        "all_readable": all(services.read(row) == CONTENT for row in StoredFile.objects.alive()),
        "first_is_there": StoredFile.objects.filter(pk=before.pk).exists(),
    }


def destroy_killed(step: str, when: str, nth: int, then: str) -> dict[str, Any]:
    """Store three files, destroy two in a child killed at `step`; then destroy again or finish; return the end."""
    from dms.vault import services
    from dms.vault.fixity import check_fixity

    kept, *dying = [services.store(CONTENT, purpose="test") for _ in range(3)]
    ended = _in_child(step, when, nth, lambda: services.destroy(dying, reason="register 7, line 2"))
    left = state()
    if then == "again":
        services.destroy(dying, reason="register 7, line 2")
    else:
        services.finish_destructions()
    reasons = [row["because"] for row in rows().values() if row["gone"]]
    sound = check_fixity("all", deep=True).sound
    return {
        "ended": ended, "left": left, "end": state(), "reasons": reasons, "sound": sound,
        "kept": services.read(kept) == CONTENT,
    }  # fmt: skip


def _in_child(step: str, when: str, nth: int, action: Callable[[], Any]) -> int:
    """Run `action` in a forked child that kills itself before or after the nth call of `step`; return how it ended."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        _die_at(step, when, nth)
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at(step: str, when: str, nth: int) -> None:
    module, _, path = step.partition(":")
    holder: Any = import_module(module)
    *owners, name = path.split(".")
    for owner in owners:
        holder = getattr(holder, owner)
    real, calls = getattr(holder, name), 0

    def deadly(*values: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*values, **named)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, deadly)


def make_keys(count: int) -> list[str]:
    """Make keys, destroy every third at once, and see that each of the others works; return the ids left."""
    from dms.vault import services

    left = []
    for number in range(count):
        key_id = services.create_key()
        if number % 3 == 0:
            services.destroy_key(key_id, "every third")
            continue
        assert services.unseal_text(services.seal_text("张三", key_id), key_id) == "张三"
        left.append(str(key_id))
    return left


def destroy_under_a_reader() -> list[str]:
    """Let a child unseal a value, destroy the key here, and let the child try again; return what came of both."""
    from dms.vault import services
    from dms.vault.errors import Destroyed

    key_id = services.create_key()
    blob = services.seal_text("张三", key_id)
    (told, tell), (answered, answer) = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.write(answer, services.unseal_text(blob, key_id).encode() + b"\n")
        os.read(told, 1)
        try:
            os.write(answer, services.unseal_text(blob, key_id).encode())
        except Destroyed:
            os.write(answer, b"destroyed")
        os._exit(0)
    os.close(answer)
    first = os.read(answered, 100)
    services.destroy_key(key_id, "asked")
    os.write(tell, b"!")
    second = os.read(answered, 100)
    os.wait()
    return [first.decode().strip(), second.decode()]


class _Endless:
    """A stream of `size` bytes that are not all alike, made as they are read."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        taken = min(size if size >= 0 else self.left, self.left)
        self.left -= taken
        return (self.left.to_bytes(8, "big") * (taken // 8 + 1))[:taken]


def pass_through(size: int) -> dict[str, int]:
    """Store, fingerprint, read back and check a large stream; return the growth of peak memory in bytes, by deed."""
    from dms.vault import services
    from dms.vault.fixity import check_fixity

    services.read(services.store(CONTENT, purpose="warm"))
    growth = {}
    peak = _peak()
    stored = services.store(_Endless(size), purpose="large")  # type: ignore[arg-type]
    growth["store"], peak = _peak() - peak, _peak()
    with services.open_plain(stored) as plain:
        assert services.fingerprint(plain) == stored.fingerprint
    growth["open"], peak = _peak() - peak, _peak()
    assert check_fixity("all", deep=True).sound
    growth["check"] = _peak() - peak
    assert stored.size == size
    return growth


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](**json.loads(sys.argv[2]))))  # noqa: T201
