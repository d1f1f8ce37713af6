"""The program of docs/api.md, exactly as it stands there, against a whole office: a folder goes in and is found."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import jpeg_of, paper

from .conftest import Office

pytestmark = [pytest.mark.timeout(600)]
PAGE = Path(settings.BASE_DIR) / "docs" / "api.md"
A_TOKEN = """
from datetime import timedelta
from dms.core import clock
from dms.holdings.models import Dossier
from dms.organisation.models import User
from dms.organisation.tokens import make_token
person = User.objects.get(username="archivist")
_row, secret = make_token(person=person, name="journey", last_day=clock.today() + timedelta(days=1), may_write=True)
print(secret, Dossier.objects.filter(classification__rank__lte=1).order_by("pk")[0].number)
"""


def program_on_the_page() -> str:
    """Return the first program of the page."""
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.rule("B1")
def test_the_program_of_the_page_uploads_a_folder_and_finds_what_it_says(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2):
        words = f"海棠花园地下车库停车协议 编号TC-2026-77{number}"
        (folder / f"协议{number}.jpg").write_bytes(jpeg_of(paper(words, size=(1654, 2339), text_size=44)))
    secret, dossier = office.manage("shell", "--verbosity", "0", "-c", A_TOKEN).split()
    done = subprocess.run(
        [sys.executable, "-c", program_on_the_page(), office.address, str(folder), dossier, "TC-2026-771"],
        env={**os.environ, "JUANZONG_TOKEN": secret},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{dossier} 协议1.jpg 1" in done.stdout
    assert "协议2" not in done.stdout
