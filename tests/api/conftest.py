"""A house with one dossier, its papers and a batch, and programs that call the API by a token of their person."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from dms.config import api_door
from dms.core import clock
from dms.holdings.models import Dossier, Item, Page
from dms.intake.models import ReceivedFile, ScanBatch
from dms.intake.services import open_batch, receive_file
from dms.organisation.models import User
from dms.organisation.tokens import make_token
from tests.factories import House, a_dossier, a_house, a_page, an_item, jpeg_of, paper, read_as

WORDS = "物业服务合同 押金五千元"
PERSONAL = "110101199003071234"


@dataclass
class Program:
    """A program that acts as a person by a token; answers come with `.json()`."""

    client: Client
    secret: str

    def __call__(self, method: str, address: str, body: Any = None, **headers: str) -> HttpResponse:
        """Call `method` of an address under /api/v1; `body` is sent as JSON, headers are named with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        values: dict[str, Any] = {
            "headers": {"Accept-Language": "en", "Authorization": f"Bearer {self.secret}", **named}
        }
        if body is not None:
            values |= {"data": json.dumps(body), "content_type": "application/json"}
        elif method == "post":  # nothing at all, as other clients send it; Django's own sends an empty form
            values |= {"data": b"", "content_type": "application/json"}
        answer: HttpResponse = getattr(self.client, method)(f"/api/v1{address}", **values)
        return answer

    def upload(
        self, address: str, *files: tuple[str, bytes], fields: dict[str, Any] | None = None, **headers: str
    ) -> HttpResponse:
        """Post files as the form field `file`, beside other `fields`."""
        streams = [io.BytesIO(content) for _name, content in files]
        for stream, (name, _content) in zip(streams, files, strict=True):
            stream.name = name
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Accept-Language": "en", "Authorization": f"Bearer {self.secret}", **named}
        answer: HttpResponse = self.client.post(f"/api/v1{address}", {**(fields or {}), "file": streams}, headers=sent)
        return answer


def program_of(person: User, *, may_write: bool = True) -> Program:
    """Return a program of this person."""
    last_day: date = clock.today() + timedelta(days=30)
    _token, secret = make_token(person=person, name="tests", last_day=last_day, may_write=may_write)
    return Program(Client(raise_request_exception=True), secret)


@pytest.fixture(autouse=True)
def nobody_called_yet() -> None:
    """The limits of a minute are counted in the process: each test begins anew."""
    api_door._recent.__init__()  # type: ignore[misc]


@pytest.fixture(autouse=True)
def own_index(settings: Any, tmp_path: Path) -> None:
    """Give the test an index of its own."""
    settings.SEARCH_INDEX = tmp_path / "index" / "index.sqlite3"


@dataclass
class World:
    """A house, and one thing of each kind that part of it must not know of."""

    house: House
    dossier: Dossier
    item: Item
    page: Page
    batch: ScanBatch
    file: ReceivedFile
    scan: bytes

    def program(self, role: str, **values: Any) -> Program:
        """Return a program of the person of this role."""
        return program_of(self.house.people[role], **values)


def a_world() -> World:
    """Return a confidential dossier of the service department with an item, a read page, and an open batch."""
    house = a_house()
    dossier = a_dossier(
        house.archivist,
        house.service,
        name="钱学敏",
        responsible=house.staff1,
        fields={"id_number": PERSONAL, "area": "88"},
    )
    section = dossier.kind.sections.get(code="unit")
    item = an_item(house.archivist, dossier, section=section, document_date=date(2023, 6, 1))
    page = read_as(a_page(item), WORDS)
    batch = open_batch(dossier=dossier, acting_user=house.archivist)
    scan = jpeg_of(paper("扫描"))
    file = receive_file(batch=batch, file=io.BytesIO(scan), name="扫描件.jpg", acting_user=house.archivist)
    return World(house, dossier, item, page, batch, file, scan)


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def archivist(world: World) -> Program:
    return world.program("archivist")


@pytest.fixture
def make_program() -> Callable[..., Program]:
    return program_of
