"""Relations point down, like imports. The import linter sees no foreign keys given as strings."""

import pytest
from django.apps import apps

FLOORS = {"portal": 4, "awards": 3, "courses": 3, "policies": 2, "cities": 1, "accounts": 0, "sdgs": 0, "workflow": 0}


def relations():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model:
                yield model, field


@pytest.mark.parametrize(("model", "field"), [(m, f) for m, f in relations() if m._meta.app_label in FLOORS], ids=str)
def test_relation_points_down_or_stays(model, field):
    source, target = model._meta.app_label, field.related_model._meta.app_label
    if target in FLOORS and target != source:
        assert FLOORS[target] < FLOORS[source]


def test_every_room_has_a_floor():
    rooms = {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}
    assert rooms <= set(FLOORS)
