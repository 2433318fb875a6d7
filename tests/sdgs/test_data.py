import csv
import re
from pathlib import Path

from django.core.management import call_command

from sdgs.management.commands.load_sdgs import DATA, load, rows
from sdgs.models import Goal, Target

# The colours of the UN's guidelines for the use of the SDG logo.
OFFICIAL_COLOURS = re.findall(
    "#[0-9A-F]{6}",
    "#E5243B #DDA63A #4C9F38 #C5192D #FF3A21 #26BDE2 #FCC30B #A21942 #FD6925 "
    "#DD1367 #FD9D24 #BF8B2E #3F7E44 #0A97D9 #56C02B #00689D #19486A",
)

# How many numbered and lettered targets each goal has.
TARGETS = "5b 5c 9d 7c 6c 6b 3b 10b 5c 7c 7c 8c 3b 7c 9c 10b 19"


def codes_in_true_order():
    for goal, (numbers, letter) in enumerate(re.findall(r"(\d+)([a-z]?)", TARGETS), start=1):
        yield from (f"{goal}.{number}" for number in range(1, int(numbers) + 1))
        yield from (f"{goal}.{char}" for char in "abcd"[: "abcd".find(letter) + 1 if letter else 0])


def everything():
    return list(Goal.objects.values()), list(Target.objects.values())


def test_seventeen_goals_in_their_official_colours(db):
    assert list(Goal.objects.values_list("number", "colour")) == list(enumerate(OFFICIAL_COLOURS, start=1))
    assert Goal.objects.get(pk=11).name == "Sustainable Cities and Communities"


def test_targets_are_those_of_the_un_in_true_order(db):
    codes = [row["code"] for row in rows("targets.csv")]
    assert codes == list(codes_in_true_order())
    assert len(codes) == 169
    assert list(Target.objects.values_list("code", flat=True)) == codes
    assert [codes.index(code) for code in ["3.9", "3.a", "17.2", "17.10"]] == sorted(
        codes.index(code) for code in ["3.9", "3.a", "17.2", "17.10"]
    )


def test_each_target_is_of_its_goal(db):
    assert [t.code for t in Target.objects.all() if t.code.split(".")[0] != str(t.goal_id)] == []


def test_titles_are_short_plain_and_each_its_own():
    titles = {row["code"]: row["title"] for row in rows("targets.csv")}
    assert {code: title for code, title in titles.items() if not 3 <= len(title.split()) <= 9} == {}
    assert len({title.casefold() for title in titles.values()}) == 169
    assert [title for title in titles.values() if title != title.strip() or title.endswith(".") or "  " in title] == []


def test_each_goal_says_in_plain_words_what_it_is():
    goals = list(rows("goals.csv"))
    assert [goal["number"] for goal in goals if not 20 <= len(goal["description"].split()) <= 80] == []
    assert len({goal["description"] for goal in goals}) == 17


def test_identifiers_of_the_un(db):
    assert Goal.objects.get(pk=11).iri == "http://metadata.un.org/sdg/11"
    assert Target.objects.get(pk="11.a").iri == "http://metadata.un.org/sdg/11.a"
    iris = [thing.iri for thing in [*Goal.objects.all(), *Target.objects.all()]]
    assert [iri for iri in iris if not re.fullmatch(r"http://metadata\.un\.org/sdg/\d{1,2}(\.(\d{1,2}|[a-d]))?", iri)] == []


def test_loading_twice_changes_nothing_and_keeps_the_official_wording(db, capsys):
    Goal.objects.filter(pk=11).update(official={"en": {"title": "T", "description": "D"}})
    Target.objects.filter(pk="11.2").update(official={"en": {"description": "D"}})
    before = everything()
    call_command("load_sdgs")
    assert everything() == before
    assert capsys.readouterr().out == "17 goals, 169 targets.\n"


def test_loading_mends_what_was_changed(db):
    before = everything()
    Target.objects.filter(pk="11.2").update(title="Something else")
    Goal.objects.filter(pk=3).update(colour="#000000", name="Health")
    load()
    assert everything() == before


def test_the_files_are_plain_csv():
    for path in Path(DATA).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert {len(row) for row in csv.reader(file)} in ({2}, {4}), path.name
