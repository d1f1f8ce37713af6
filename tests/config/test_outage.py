"""While the database is away people read so in words, programs get a problem document, and nothing else is asked of it."""

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.test import Client
from django.urls import path

import dms.config.urls
from dms.config.outage import failed

ERRORS = {"away": OperationalError, "closed": InterfaceError, "wrong": DatabaseError}


def break_down(request, how):
    raise ERRORS[how]("server at 10.0.0.1 said: 张三")


handler500 = failed
urlpatterns = [path("break/<how>/", break_down), *dms.config.urls.urlpatterns]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("how", ["away", "closed"])
def test_people_are_told_that_nothing_was_changed_and_what_to_do(client, how):
    answer = client.get(f"/break/{how}/", headers={"accept": "text/html", "accept-language": "en"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "private, no-store")
    assert "Nothing was changed" in page
    assert "张三" not in page


def test_it_is_said_in_the_readers_language(client):
    assert 'lang="zh-hans"' in client.get("/break/away/", headers={"accept-language": "zh-CN"}).content.decode()


def test_programs_get_a_problem_document(client):
    answer = client.get("/break/away/", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "database_unavailable"


def test_any_other_error_stays_an_error(client):
    assert client.get("/break/wrong/").status_code == 500


def test_the_addresses_of_the_house_use_it():
    assert dms.config.urls.handler500 == "dms.config.outage.failed"
