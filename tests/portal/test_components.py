"""The components that know no model: how fields, errors, pages and goals are drawn."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from sdgs.models import Goal
from sdgs.templatetags.goals import goal_name


class Letter(forms.Form):
    subject = forms.CharField(help_text="In a few words.")
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple, required=False)
    urgent = forms.BooleanField(required=False)

    def clean(self):
        raise forms.ValidationError("Not today.")


def draw(name, **context):
    return re.sub(r"\s+", " ", render_to_string(f"components/{name}.html", context)).strip()


def test_a_field_links_its_help_and_its_errors():
    field = str(Letter({})["subject"].as_field_group())
    assert '<label for="id_subject">Subject</label>' in field
    assert 'aria-describedby="id_subject_helptext id_subject_error"' in field
    assert re.findall(r'id="(id_\w+)"', field) == ["id_subject_helptext", "id_subject_error", "id_subject"]
    assert 'aria-invalid="true"' in field


def test_a_group_of_boxes_has_a_legend_and_one_box_its_label_after_it():
    group = re.sub(r"\s+", " ", str(Letter()["tags"].as_field_group()))
    assert '<legend>Tags <span class="field-optional">(optional)</span></legend>' in group
    assert group.count('type="checkbox"') == 2
    box = re.sub(r"\s+", " ", str(Letter()["urgent"].as_field_group()))
    assert box.count("<input") == 1
    assert box.index("<input") < box.index('<label for="id_urgent">Urgent</label>')


def test_a_form_that_requires_nothing_need_not_say_optional():
    assert "(optional)" in str(Letter()["tags"].as_field_group())

    class Draft(Letter):
        optional_mark = False

    assert "(optional)" not in str(Draft()["tags"].as_field_group())


def test_error_summary_links_to_each_field_that_is_wrong():
    form = Letter({"tags": ["z"]})
    summary = draw("error_summary", form=form)
    assert "<li>Not today.</li>" in summary
    assert re.findall(r'<a href="#(\w+)">(\w+):', summary) == [("id_subject", "Subject"), ("id_tags", "Tags")]
    for anchor in ("id_subject", "id_tags"):
        assert f'id="{anchor}"' in form.as_div()


def test_error_summary_names_the_row_of_a_formset():
    rows = forms.formset_factory(Letter)({"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2})
    summary = draw("error_summary", formset=rows)
    assert re.findall(r'<a href="#([\w-]+)">(Row \d), Subject', summary) == [
        ("id_form-0-subject", "Row 1"),
        ("id_form-1-subject", "Row 2"),
    ]
    assert "<li>Row 2: Not today.</li>" in summary


@pytest.mark.parametrize("form", [Letter(), None])
def test_without_an_error_there_is_no_summary(form):
    assert draw("error_summary", form=form) == ""


def test_pagination_keeps_the_rest_of_the_query():
    page = Paginator(range(200), 10).page(10)
    pages = draw("pagination", page=page, query="goal=11&q=bus")
    assert re.findall(r'href="\?goal=11&amp;q=bus&amp;page=(\d+)"', pages) == ["9", "1", "8", "9", "11", "12", "20", "11"]
    assert '<span aria-current="page"><span class="visually-hidden">Page </span>10</span>' in pages
    assert pages.count("…") == 2


def test_one_page_needs_no_pagination():
    assert draw("pagination", page=Paginator(range(10), 10).page(1), query="") == ""


def test_goal_names_without_the_database_are_those_in_it(db):
    assert {goal.number: goal.name for goal in Goal.objects.all()} == {n: goal_name(n) for n in range(1, 18)}


def test_a_small_tile_says_the_name_too():
    tile = draw("goal_tile", goal=11, small=True, plain=True)
    assert re.sub(r"<[^>]+>", "", tile).split() == ["Goal", "11", "Sustainable", "Cities", "and", "Communities"]
    assert "<a " not in tile


def test_each_goal_has_its_official_colour(db, settings):
    css = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    colours = dict(re.findall(r"\.goal-(\d+) \{ --goal: (#\w{6}); \}", css))
    assert colours == {str(goal.number): goal.colour.lower() for goal in Goal.objects.all()}
