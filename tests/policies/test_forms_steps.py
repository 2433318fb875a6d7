"""What each step refuses, and how it keeps its rows."""

import pytest
from django.http import QueryDict

from policies.forms import STEP
from policies.forms.basics import repeats
from policies.models import Revision
from tests.factories.policies import RevisionFactory, SDGLinkFactory

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def revision():
    return RevisionFactory()


def fill(revision, step, **typed):
    """The step, filled with `typed` only."""
    data = QueryDict(mutable=True)
    data["version"] = revision.step_versions.get(step, 0)
    for name in STEP[step].row_sets:
        data[f"{name}-TOTAL_FORMS"], data[f"{name}-INITIAL_FORMS"] = 6, 0
    for name, value in typed.items():
        data.setlist(name, value) if isinstance(value, list) else data.__setitem__(name, value)
    return STEP[step](data, {}, revision=Revision.objects.get(pk=revision.pk), user=revision.author)


def words(form):
    """The problems of the form, in words; empty when it is valid."""
    return [] if form.is_valid() else [problem for _anchor, problem in form.problems()]


def rows(name, *values):
    return {f"{name}-{n}-{field}": value for n, row in enumerate(values) for field, value in row.items()}


def store(form):
    assert words(form) == []
    form.save(by=form.user, now=form.revision.edited_at)


@pytest.mark.parametrize("step", STEP)
def test_an_empty_step_is_fine_for_a_draft(revision, step):
    assert words(fill(revision, step)) == []


class TestBasics:
    @pytest.mark.parametrize(
        ("typed", "problem"),
        [
            ({"summary": "word " * 101}, "Summary: The summary has 101 words. Shorten it to 100."),
            (
                {"title": "Lanes for buses", "summary": "Lanes for buses. They are fast."},
                "Summary: The summary repeats the title. Begin with what a reader does not know yet.",
            ),
            (
                {"start_year": "2020", "end_year": "2019"},
                "End year: The end year is before the start year, 2020. Correct one of them.",
            ),
            ({"start_year": "1066"}, "Start year: Give a year from 1950 on."),
            (
                {"themes": ["transport", "water", "waste", "energy"]},
                "Themes: You ticked more than three themes. Keep the three that fit best.",
            ),
            ({"themes": ["magic"]}, "Themes: Select a valid choice. magic is not one of the available choices."),
        ],
    )
    def test_refuses(self, revision, typed, problem):
        assert words(fill(revision, "basics", **typed)) == [problem]

    def test_takes_a_hundred_words(self, revision):
        assert words(fill(revision, "basics", summary="word " * 100)) == []

    @pytest.mark.parametrize(
        ("summary", "title", "answer"),
        [
            ("Bus lanes", "Bus lanes", True),
            ("BUS  LANES!", "Bus lanes", True),
            ("Bus lanes make trips shorter.", "Bus lanes", False),
            ("Anything", "", False),
        ],
    )
    def test_a_summary_repeats_the_title(self, summary, title, answer):
        assert repeats(summary, title) is answer


class TestGoals:
    def test_stores_rows_in_order_with_one_main_goal(self, revision):
        form = fill(
            revision,
            "goals",
            **rows("sdg_links", {"goal_id": "11", "target_id": "11.2", "contribution": "Faster"}, {"target_id": "13.2"}),
        )
        store(form)
        stored = list(revision.sdglinks.values_list("goal", "target", "contribution", "is_primary", "position"))
        assert stored == [(11, "11.2", "Faster", True, 1), (13, "13.2", "", False, 2)]

    @pytest.mark.parametrize(
        ("links", "problem"),
        [
            (
                [{"goal_id": "11", "target_id": "13.2"}],
                "Goals and targets, row 1, Target: Target 13.2 belongs to goal 13, not to goal 11. Choose goal 13.",
            ),
            (
                [{"contribution": "Somehow"}],
                "Goals and targets, row 1, Goal: Choose the goal that this row is about, or delete the row.",
            ),
            (
                [{"goal_id": "11"}, {"goal_id": "11"}],
                "Goals and targets: The same goal and target stand in two rows. Delete one of them.",
            ),
            (
                [{"goal_id": "11", "is_primary": "on"}, {"goal_id": "13", "is_primary": "on"}],
                "Goals and targets: Only one goal can be the main goal. Take the mark from the others.",
            ),
        ],
    )
    def test_refuses(self, revision, links, problem):
        assert words(fill(revision, "goals", **rows("sdg_links", *links))) == [problem]

    def test_a_deleted_row_goes_and_the_next_moves_up(self, revision):
        SDGLinkFactory(revision=revision, goal_id=11, position=1, is_primary=True)
        SDGLinkFactory(revision=revision, goal_id=13, position=2)
        store(fill(revision, "goals", **rows("sdg_links", {"goal_id": "11", "DELETE": "on"}, {"goal_id": "13"})))
        assert list(revision.sdglinks.values_list("goal", "position", "is_primary")) == [(13, 1, True)]


class TestDetails:
    def test_tags_are_words_between_commas(self, revision):
        store(fill(revision, "details", tags="Bus, air quality,  bus"))
        assert sorted(revision.tags.names()) == ["Bus", "air quality"]

    @pytest.mark.parametrize("tags", [",".join(f"tag{n}" for n in range(11)), "x" * 51, "!!!, bus"])
    def test_too_many_or_odd_tags_are_refused(self, revision, tags):
        assert len(words(fill(revision, "details", tags=tags))) == 1

    def test_a_partner_needs_a_name(self, revision):
        form = fill(revision, "details", **rows("partners", {"role": "Runs the buses"}))
        assert words(form) == ["Partner organisations, row 1, Organisation: Fill this in, or delete the row."]

    def test_people_reached_may_have_group_marks(self, revision):
        store(fill(revision, "details", people_reached="1,200,000"))
        assert Revision.objects.get().people_reached == 1_200_000


class TestOutcomes:
    ROW = {"measured": "Riders", "unit": "people", "latest_value": "1,200.5", "latest_year": "2023", "evidence": "measured"}

    def test_stores_numbers(self, revision):
        store(fill(revision, "outcomes", **rows("outcomes", self.ROW | {"target_id": "11.2"})))
        outcome = revision.outcomes.get()
        assert (float(outcome.latest_value), outcome.target_id, outcome.evidence) == (1200.5, "11.2", "measured")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"latest_value": "many"}, "Latest value"),
            ({"latest_value": "NaN"}, "Latest value"),
            ({"latest_value": "Infinity"}, "Latest value"),
            ({"latest_value": "1" + "0" * 13}, "Latest value"),
            ({"latest_value": ""}, "Latest value"),
            ({"unit": ""}, "Unit"),
            ({"baseline_value": "5"}, "Year before"),
            ({"baseline_year": "2020"}, "Value before"),
            ({"baseline_value": "5", "baseline_year": "2024"}, "Year before"),
            ({"target_id": "99.9"}, "Target it shows"),
        ],
    )
    def test_refuses(self, revision, change, field):
        problems = words(fill(revision, "outcomes", **rows("outcomes", self.ROW | change)))
        assert [problem.split(": ")[0] for problem in problems] == [f"Outcomes, row 1, {field}"]


class TestCost:
    @pytest.mark.parametrize(
        ("typed", "problem"),
        [
            ({"local_amount": "5"}, {"Currency", "Year of the amount"}),
            ({"local_currency": "KRW", "local_year": "2020"}, {"Total cost in local currency"}),
            ({"local_currency": "won", "local_amount": "5", "local_year": "2020"}, set()),
            ({"local_currency": "₩₩₩", "local_amount": "5", "local_year": "2020"}, {"Currency"}),
            ({"total_usd": "1.5 million"}, {"Total cost in US dollars"}),
            (rows("funding", {"source": "donor", "share": "60"}, {"source": "own_budget", "share": "41"}), {"Who paid"}),
            (rows("funding", {"source": "donor", "share": "6"}, {"source": "donor", "share": "4"}), {"Who paid"}),
            (rows("funding", {"source": "donor"}), {"Who paid, row 1, Share in %"}),
            (rows("funding", {"share": "100"}), {"Who paid, row 1, Source"}),
            (rows("funding", {"source": "donor", "share": "60"}, {"source": "own_budget", "share": "40"}), set()),
        ],
    )
    def test_refuses(self, revision, typed, problem):
        assert {words.split(": ")[0] for words in words(fill(revision, "cost", **typed))} == problem


def test_a_section_of_the_story_has_an_end(revision):
    assert len(words(fill(revision, "story", challenge="x" * 50_000))) == 1


@pytest.mark.parametrize("total", ["", "x"])
def test_a_broken_management_form_changes_nothing(revision, total):
    SDGLinkFactory(revision=revision)
    form = fill(revision, "goals", **{"sdg_links-TOTAL_FORMS": total})
    assert (form.is_valid(), revision.sdglinks.count()) == (False, 1)
