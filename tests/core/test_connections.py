"""PostgreSQL's connections: lost ones are noticed and the work is done all the same; a forked child makes its own."""

import os

import pytest
from django.db import connection, connections

from dms.core import work
from dms.core.models import Counter
from dms.core.work import Step
from dms.core.workers import Loop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def own_backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end_from_outside(backend: int) -> None:
    """End a session from another one and wait until it is gone, as where the server starts anew."""
    import psycopg

    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: given[name] for name in names if name in given}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 30000)", [backend])


def lose_the_connection() -> None:
    """Let the present connection die under our hands; the next statement on it fails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_connection_that_died_in_the_pool_is_not_given_to_the_next_request():
    dying = own_backend()
    connections.close_all()  # back to the pool
    end_from_outside(dying)
    for _request in range(3):
        assert own_backend() != dying
        connections.close_all()


def test_a_worker_whose_connection_is_lost_tries_again_and_gets_it_done(monkeypatch):
    monkeypatch.setattr(work, "_steps", {})
    tries: list[str] = []

    def draw_and_do(worker: str) -> int:
        if Counter.objects.exists():
            return 0
        tries.append(worker)
        if len(tries) == 1:
            lose_the_connection()
        Counter.objects.create(scope="done", value=1)
        return 1

    work.register(Step("tests.step", 10, draw_and_do, lambda: {"waiting": 1 - Counter.objects.count()}))
    loop = Loop("tester", stopping=lambda: False, pause=lambda seconds: loop._rest_until.clear())
    outcome = loop.run(until_idle=True)
    assert (len(tries), outcome.done, outcome.failing, outcome.gave_up) == (2, {"tests.step": 1}, {}, False)


def test_a_forked_child_has_a_connection_of_its_own_and_leaves_its_parents_alone():
    ours = own_backend()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(own_backend()).encode())
            connections.close_all()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as told:
        theirs = int(told.read() or 0)
    assert theirs not in (0, ours)
    assert own_backend() == ours


def test_more_threads_than_the_pool_has_connections_wait_for_their_turn():
    from concurrent.futures import ThreadPoolExecutor

    def count(number: int) -> int:
        try:
            Counter.objects.create(scope=str(number), value=number)
            return own_backend()
        finally:
            connections.close_all()

    most = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    with ThreadPoolExecutor(3 * most) as threads:
        backends = set(threads.map(count, range(3 * most)))
    assert Counter.objects.count() == 3 * most
    assert len(backends) <= most
