"""The invented organisation: who and what is there after loading, and that loading twice changes nothing."""

import pytest
from django.apps import apps

from dms.clearance.policy import Act
from dms.config.demonstration import kinds, people
from dms.config.demonstration.dossiers import CUSTOMERS
from dms.config.demonstration.organisation import Organisation, load_organisation
from dms.core.fields import FieldRule, clean_value
from dms.holdings.models import Dossier
from dms.holdings.selectors import dossiers_visible_to
from dms.organisation.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Organisation:
    return load_organisation()


def test_everybody_of_the_readme_can_sign_in_and_is_marked_as_demonstration(house: Organisation):
    names = {"archivist", "staff1", "staff2", "head1", "head2", "director", "gm", "admin"}
    assert set(house.people) == names
    for person in User.objects.filter(username__in=names):
        assert person.check_password(people.PASSWORD)
        assert (person.is_demonstration, person.is_superuser, person.must_change_password) == (True, False, False)


def test_staff_and_heads_stand_in_two_departments(house: Organisation):
    departments = {
        name: {
            holding.post.department.code for holding in house.people[name].holdings.select_related("post__department")
        }
        for name in ("staff1", "head1", "staff2", "head2")
    }
    assert departments == {"staff1": {"KF"}, "head1": {"KF"}, "staff2": {"XD"}, "head2": {"XD"}}


@pytest.mark.rule("A1")
def test_every_dossier_has_a_number_of_its_own(house: Organisation):
    assert len({dossier.number for dossier in house.dossiers.values()}) == len(CUSTOMERS)


@pytest.mark.rule("A2")
def test_three_kinds_bring_their_sections_and_own_fields(house: Organisation):
    assert {word: (kind.sections.count(), kind.fields.count()) for word, kind in house.kinds.items()} == {
        word: (len(kind.sections), len(kind.fields)) for word, kind in kinds.KINDS.items()
    }


@pytest.mark.rule("D1")
def test_most_dossiers_are_confidential_and_a_few_ordinary(house: Organisation):
    codes = [dossier.classification.code for dossier in house.dossiers.values()]
    assert (codes.count("confidential"), codes.count("ordinary")) == (9, 3)


@pytest.mark.rule("D1")
def test_personal_fields_stand_nowhere_readable_in_the_dossier(house: Organisation):
    for dossier in Dossier.objects.all():
        assert not {"id_number", "phone"} & set(dossier.fields)


@pytest.mark.rule("D1")
def test_staff_know_their_own_dossiers_and_the_ordinary_ones_of_their_department(house: Organisation):
    def known(name: str) -> set[str]:
        numbers = dossiers_visible_to(house.people[name], Act.KNOW).values_list("number", flat=True)
        return {contract for contract, dossier in house.dossiers.items() if dossier.number in set(numbers)}

    own = {customer.contract for customer in CUSTOMERS if customer.responsible == "staff2"}
    assert known("staff2") == own
    assert known("staff1") == {
        customer.contract
        for customer in CUSTOMERS
        if customer.kind != "loan" and (customer.responsible == "staff1" or customer.classification == "ordinary")
    }
    assert known("archivist") == {customer.contract for customer in CUSTOMERS}
    assert known("admin") == set()


def test_loading_twice_changes_nothing(house: Organisation):
    def counts() -> dict[str, int]:
        models = [model for model in apps.get_models() if model.__module__.startswith("dms.")]
        return {model._meta.label: model._base_manager.count() for model in models}

    before = counts()
    again = load_organisation()
    assert again.dossiers == house.dossiers
    assert counts() == before


def test_values_of_the_dossiers_keep_the_rules_of_their_fields():
    for customer in CUSTOMERS:
        for field in kinds.KINDS[customer.kind].fields:
            rule = FieldRule(field.type, field.required, field.choices, field.pattern)
            clean_value(rule, customer.fields.get(field.code))
