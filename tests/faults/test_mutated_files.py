"""Spoiled files at the door: each is refused or read, none brings down what stands behind it. `make fuzz` tries more."""

import io
from collections import Counter

import pytest

from dms.core.work import steps
from dms.holdings.models import Page
from dms.intake.models import FileState
from dms.intake.services import open_batch, receive_file, splitting
from tests.factories import a_dossier, a_house, jpeg_of, paper
from tests.intake.foreign import bad_files

from .fuzz import table
from .fuzzing import Fuzzer, own_memory
from .seeds import seeds

COUNT = 300
SEED = 20261124


@pytest.fixture(scope="module")
def fuzzer():
    with Fuzzer(SEED) as one:
        yield one


@pytest.mark.parametrize("name", seeds())
def test_every_file_of_the_corpus_is_good_before_it_is_spoiled(fuzzer, name):
    tried = fuzzer.attempt(0, name, "none", seeds()[name])
    assert tried.outcome == ("refused: encrypted" if name.endswith("refused") else "read")


def test_the_same_seed_spoils_alike():
    one, other, another = Fuzzer(1), Fuzzer(1), Fuzzer(2)
    assert [one.file(n) for n in range(40)] == [other.file(n) for n in range(40)]
    assert [one.file(n) for n in range(40)] != [another.file(n) for n in range(40)]


@pytest.mark.rule("A17")
def test_each_spoiled_file_is_refused_or_read_and_memory_stays_within_its_limit(fuzzer):
    fuzzer.attempt(0, "pdf scanned", "none", seeds()["pdf scanned"])
    before = own_memory()
    tried = list(fuzzer.run(range(COUNT)))
    assert [one for one in tried if one.failed] == []
    assert len(tried) == COUNT
    # Both happen, or the mutations are too mild or too wild to tell anything.
    outcomes = Counter(one.outcome == "read" for one in tried)
    assert outcomes[True] > COUNT // 10 and outcomes[False] > COUNT // 10, table(tried)
    assert own_memory() - before < 64


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("B1")
def test_no_malicious_file_stops_the_queue(fuzzer):
    house = a_house()
    dossier = a_dossier(house.archivist, house.service, responsible=house.staff1)
    batch = open_batch(dossier=dossier, acting_user=house.archivist)
    malicious = {name: data for name, (data, _code) in bad_files().items()}
    malicious |= {f"{number}.pdf": fuzzer.file(number)[2] for number in range(20)}
    good = [jpeg_of(paper(str(number))) for number in range(4)]
    for number, (name, data) in enumerate(malicious.items()):
        receive_file(batch=batch, file=io.BytesIO(data), name=name, acting_user=house.archivist)
        if number % 12 == 0:
            receive_file(batch=batch, file=io.BytesIO(good.pop()), name=f"好{number}.jpg", acting_user=house.archivist)
    intake = [step for step in steps() if step.name.startswith("intake.")]
    while any(step.draw_and_do("w") for step in intake):
        pass
    splitting._benches.pop("own").close()
    waiting = batch.files.filter(state=FileState.RECEIVED)
    assert not waiting.exists()
    assert good == []
    assert batch.files.filter(name__startswith="好", state=FileState.SPLIT).count() == 4
    assert Page.objects.filter(source__received_file__name__startswith="好", state="waiting").count() == 4
