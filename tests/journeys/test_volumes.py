"""Papers become volumes: arranged by rule, closed by the archivist, confirmed by a second one, read-only from then on."""

import json
import re

import pytest
from playwright.sync_api import Browser, expect

from .test_accessibility import LOOKS, faults_on

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# The dossier with most papers read, all filed; its kind asks for a second person; a second archivist is appointed.
PREPARED = """
import json
from django.db.models import Count
from dms.clearance.models import PersonClearance
from dms.config.demonstration.people import PASSWORD
from dms.holdings.models import Dossier, DossierKind, Item
from dms.holdings.services import file_item
from dms.organisation.models import PostKind, User
from dms.organisation.services import appoint, create_person
archivist = User.objects.get(username="archivist")
dossier = Dossier.objects.annotate(papers=Count("items")).order_by("-papers", "pk").first()
DossierKind.objects.filter(pk=dossier.kind_id).update(closing_confirmed=True)
for item in Item.objects.filter(dossier=dossier, state="intake"):
    file_item(item=item, acting_user=archivist)
second = create_person(username="archivist2", display_name="second", password=PASSWORD, must_change_password=False,
                       is_demonstration=True, acting_user=None)
appoint(person=second, kind=PostKind.ARCHIVIST, fonds=dossier.fonds, acting_user=None)
PersonClearance.objects.create(person=second, security_class=archivist.clearance.security_class)
entries = list(Item.objects.filter(dossier=dossier).order_by("entry_number").values_list("entry_number", "public_id"))
print(json.dumps({"dossier": dossier.public_id, "entries": entries}))
"""


@pytest.fixture(scope="module")
def prepared(office) -> dict[str, object]:
    """The dossier's id and its items as (entry number, id)."""
    return dict(json.loads(office.manage("shell", "--verbosity", "0", "-c", PREPARED).splitlines()[-1]))


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
        page.click(".nothing form button")
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
