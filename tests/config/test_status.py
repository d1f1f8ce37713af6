"""`manage.py status`: what waits, who works, what is an alarm; exit code 1 where one is."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from dms.core import clock, work
from dms.core.models import LastDone, Worker
from dms.core.tally import Tally
from dms.core.work import Step
from dms.holdings.models import Page
from dms.journal import sealing
from dms.journal.services import record
from ocr.errors import EngineTimedOut
from tests.factories import a_dossier, a_house, a_page, an_item

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def only_the_steps_and_gauges_of_the_test(monkeypatch):
    own = {name: gauge for name, gauge in work._gauges.items() if name.startswith("journal.")}
    monkeypatch.setattr(work, "_steps", {})
    monkeypatch.setattr(work, "_gauges", own)


def status(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("status", *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def state() -> tuple[int, dict]:
    code, text = status("--json")
    return code, json.loads(text)


def a_worker(seconds_ago: int) -> None:
    seen = clock.now() - timedelta(seconds=seconds_ago)
    Worker.objects.create(name="w:1", pid=1, host="w", started_at=seen, seen_at=seen, doing="ocr.recognise")


def test_all_is_well_where_nothing_waits() -> None:
    code, found = state()
    assert (code, found["alarms"], found["workers"]) == (0, [], [])
    assert status()[0] == 0


def test_shows_what_waits_for_each_step_and_who_works() -> None:
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: {"waiting": 3, "leased": 1}))
    a_worker(seconds_ago=5)
    code, found = state()
    assert (code, found["waiting"]) == (0, {"ocr.recognise": {"waiting": 3, "leased": 1}})
    assert [(row["name"], row["alive"], row["doing"]) for row in found["workers"]] == [("w:1", True, "ocr.recognise")]
    assert "3 waiting, 1 leased" in status()[1]


@pytest.mark.parametrize("with_a_dead_one", [False, True])
def test_work_that_waits_with_no_worker_alive_is_an_alarm(with_a_dead_one: bool) -> None:
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: {"waiting": 3}))
    if with_a_dead_one:
        a_worker(seconds_ago=300)
    code, found = state()
    assert code == 1
    assert found["alarms"] == ["3 waiting and no worker alive; run: manage.py serve"]


@pytest.mark.rule("C6")
def test_an_entry_unsealed_for_a_minute_is_an_alarm() -> None:
    with clock.at(clock.now() - timedelta(seconds=90)):
        record("page.read", by=None)
    code, found = state()
    assert code == 1
    assert found["gauges"]["journal.unsealed for a minute"] == 1
    sealing.seal_all()
    assert state()[0] == 0


def test_a_job_that_failed_is_an_alarm_with_its_name() -> None:
    LastDone.objects.create(job="backup", ended_at=clock.now(), succeeded=False, fault="OSError at backup.py:3")
    code, found = state()
    assert code == 1
    assert "Backup of the month: failed" in found["alarms"][0]
    assert "ALARM Backup of the month" in status()[1]


def test_gauges_of_other_rooms_raise_alarms_in_their_own_words() -> None:
    work.register_gauge("search.lag", lambda: 7, lambda lag: f"{lag} pages behind" if lag > 5 else "")
    code, found = state()
    assert (code, found["gauges"]["search.lag"]) == (1, 7)
    assert found["alarms"] == ["search.lag: 7 pages behind"]


def test_what_cannot_be_read_is_an_alarm_and_the_rest_is_still_shown() -> None:
    def unreadable() -> int:
        raise OSError("no index")

    work.register_gauge("search.lag", unreadable)
    code, found = state()
    assert (code, found["alarms"]) == (1, ["search.lag: cannot be read (OSError)"])


def test_tells_how_much_was_done_lately_and_how_long_the_rest_takes() -> None:
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: {"waiting": 6}))
    a_worker(seconds_ago=5)
    tally = Tally()
    tally.add("ocr.recognise", 10)
    tally.write_down()
    assert state()[1]["rates"] == {"ocr.recognise": {"last_5_minutes": 10, "last_hour": 10, "seconds_left": 180}}
    assert "6 waiting (10 in 5 minutes, 10 in an hour, 180 s left)" in status()[1]


def test_a_step_that_fails_at_a_living_worker_is_an_alarm_with_its_place() -> None:
    a_worker(seconds_ago=5)
    Worker.objects.update(trouble="ocr.recognise: EngineUnavailable at sandbox.py:12")
    code, found = state()
    assert (code, found["alarms"]) == (1, ["w:1: Reading pages: EngineUnavailable at sandbox.py:12"])


def test_a_sign_of_life_from_the_future_is_none() -> None:
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: {"waiting": 3}))
    a_worker(seconds_ago=-7200)
    assert state()[1]["alarms"] == ["3 waiting and no worker alive; run: manage.py serve"]


def test_says_why_pages_failed_and_how_many() -> None:
    house = a_house()
    item = an_item(house.archivist, a_dossier(house.archivist, house.service))
    for _number in range(2):
        page = a_page(item)
        Page.objects.filter(pk=page.pk).update(state="failed", failure=EngineTimedOut.words)
    assert state()[1]["failures"] == {EngineTimedOut.words: 2}
    assert f"2: {EngineTimedOut.words}" in status()[1]


def test_speaks_the_language_of_the_installation_and_to_programs_in_stable_words() -> None:
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: {"waiting": 3, "in work": 1}))
    a_worker(seconds_ago=5)
    LastDone.objects.create(job="backup", ended_at=clock.now(), succeeded=False, fault="OSError at backup.py:3")
    Worker.objects.update(trouble="search.index: OSError at index.py:3")
    with translation.override("zh-hans"):
        code, text = status()
        keys = state()[1]
    assert code == 1
    assert re.findall("[A-Za-z][a-z]+", re.sub(r"OSError at \w+\.py:\d+|w:1", "", text)) == []
    assert (keys["waiting"], list(keys["jobs"])) == ({"ocr.recognise": {"waiting": 3, "in work": 1}}, ["backup"])
