"""Papers become volumes: arranged by rule, closed by the archivist, confirmed by a second one, read-only from then on."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from .test_accessibility import LOOKS, faults_on

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# A dossier of its own with three scanned papers, whose kind asks for a second person at closing.
ENTERED = """
import io
from dms.holdings.models import Dossier, DossierKind
from dms.holdings.services import create_dossier
from dms.intake.services import open_batch, receive_file
from dms.organisation.models import User
from tests.factories import jpeg_of, paper
archivist = User.objects.get(username="archivist")
like = Dossier.objects.select_related("kind", "series", "department").order_by("pk").first()
DossierKind.objects.filter(pk=like.kind_id).update(closing_confirmed=True)
dossier = create_dossier(kind=like.kind, series=like.series, department=like.department, name="volumes journey", complete=False,
                         unit=like.unit, floor=like.floor, acting_user=archivist)
batch = open_batch(dossier=dossier, acting_user=archivist)
for title in ("letter", "annex", "receipt"):
    receive_file(batch=batch, file=io.BytesIO(jpeg_of(paper(f"volume {title} 2026"))), name=f"{title}.jpg",
                 acting_user=archivist)
"""
# The papers filed once they are read, and a second archivist who can sign in.
FILED = """
import json
from dms.clearance.models import PersonClearance
from dms.config.demonstration.people import PASSWORD
from dms.holdings.models import Dossier, Item
from dms.holdings.services import file_item
from dms.organisation.models import PostKind, User
from dms.organisation.services import appoint, create_person
archivist = User.objects.get(username="archivist")
dossier = Dossier.objects.get(name="volumes journey")
items = list(Item.objects.filter(dossier=dossier).order_by("entry_number"))
for item in items:
    file_item(item=item, acting_user=archivist)
second = create_person(username="archivist2", display_name="second", password=PASSWORD, must_change_password=False,
                       is_demonstration=True, acting_user=None)
appoint(person=second, kind=PostKind.ARCHIVIST, fonds=dossier.fonds, acting_user=None)
PersonClearance.objects.create(person=second, security_class=archivist.clearance.security_class)
entries = [(item.entry_number, item.public_id) for item in items]
print(json.dumps({"dossier": dossier.public_id, "entries": entries}))
"""


@pytest.fixture(scope="module")
def prepared(office) -> dict[str, Any]:
    """The dossier's id and its items as (entry number, id)."""
    office.manage("shell", "--verbosity", "0", "-c", ENTERED)
    office.manage("work", "--until-idle")
    return dict(json.loads(office.manage("shell", "--verbosity", "0", "-c", FILED).splitlines()[-1]))


@pytest.mark.rule("A9")
@pytest.mark.rule("A11")
@pytest.mark.rule("A12")
def test_papers_are_arranged_closed_confirmed_and_read_only_from_then_on(office, sign_in, prepared):
    (first, first_id), (_second, second_id) = prepared["entries"][:2]
    with sign_in("archivist") as page:
        page.goto(f"/items/{second_id}/")
        page.click("details.decision summary")
        page.select_option("select[name=kind]", "attachment_of")
        page.fill("input[name=other]", str(first))
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(rf"/items/{second_id}/$"))
        expect(page.locator(f".together a[href='/items/{first_id}/']")).to_be_visible()

        page.goto(f"/dossiers/{prepared['dossier']}/volumes/")
        page.locator("main .acts form button").first.click()
        page.locator("a.spine--open").first.click()
        page.wait_for_url(re.compile(r"/volumes/[a-z0-9]{14}/$"))
        address = page.url.removeprefix(office.address)
        expect(page.locator(".catalogue__below")).to_have_count(1)
        expect(page.locator(".checks__line--passed")).to_have_count(7)
        for box in page.locator("input[name=confirmed]").all():
            box.check()
        page.fill("#remarks", "第一页有水渍")
        page.click("button[value=close]")
        expect(page.locator(".dossier-head .state--to_confirm")).to_be_visible()
        expect(page.locator("button[value=confirm]")).to_be_disabled()
    with sign_in("archivist2") as page:
        page.goto(address)
        page.click("button[value=confirm]")
        expect(page.locator(".dossier-head .state--closed")).to_be_visible()
        expect(page.locator("main")).to_contain_text("第一页有水渍")
        page.goto(f"/items/{first_id}/")
        expect(page.locator("main a[href$='/edit/']")).to_have_count(0)
        expect(page.locator(f"main a[href='{address}']")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_among_the_volumes(office, browser: Browser, prepared, look: str):
    dossier = f"/dossiers/{prepared['dossier']}/"
    steps = (
        f"{dossier}volumes/", "/volumes/", r"^/volumes/[a-z0-9]{14}/$", r"^/items/[a-z0-9]{14}/$",
        r"^/items/[a-z0-9]{14}/place/$", "> summary >> nth=0", f"{dossier}proposals/", "/proposals/",
        f"{dossier}items/import/", f"/items/{prepared['entries'][0][1]}/relations/",
    )  # fmt: skip
    assert faults_on(office, browser, "archivist", steps, look) == []
