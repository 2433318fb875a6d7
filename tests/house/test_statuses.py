"""A status moves along a table, and the database knows its values."""

import pytest
from django.apps import apps
from django.db import models

from workflow.models import Move, Stateful

STATEFUL = [model for model in apps.get_models() if issubclass(model, Stateful)]


def check_sources(model):
    return [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]


@pytest.mark.parametrize("model", STATEFUL, ids=lambda m: m.__name__)
def test_table_names_every_status(model):
    assert set(model.MOVES) == set(model.Status)
    assert set().union(*model.MOVES.values()) <= set(model.Status)


@pytest.mark.parametrize("model", STATEFUL, ids=lambda m: m.__name__)
def test_database_knows_the_values(model):
    known = [c.condition for c in check_sources(model) if c.name.endswith("_status_known")]
    assert [sorted(dict(condition.children)["status__in"]) for condition in known] == [sorted(model.Status.values)]


@pytest.mark.parametrize("model", STATEFUL, ids=lambda m: m.__name__)
def test_status_is_in_no_form_and_has_a_history(model):
    assert model._meta.get_field("status").editable is False
    assert issubclass(model._meta.get_field("history").related_model, Move)


def paired_facts():
    """Nullable `<fact>_at` beside other columns `<fact>_...`: they come together."""
    for model in apps.get_models():
        if "site-packages" in (apps.get_app_config(model._meta.app_label).path):
            continue
        names = {field.name: field for field in model._meta.concrete_fields}
        for name, field in names.items():
            if name.endswith("_at") and field.null:
                others = [n for n, f in names.items() if n.startswith(name[:-2]) and n != name and not f.is_relation]
                for other in others:
                    yield model, name, other


@pytest.mark.parametrize(("model", "at", "other"), list(paired_facts()), ids=str)
def test_facts_that_come_together_share_a_check(model, at, other):
    assert any(at in str(c.condition) and other in str(c.condition) for c in check_sources(model))
