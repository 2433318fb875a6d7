import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from cities.imports import plan
from cities.management.commands.load_cities import DATA
from cities.models import City
from tests.factories.cities import CityFactory

HEAD = "name,country,region,membership,latitude,longitude,population"
SUWON = "Suwon,KR,East and North-East Asia,full,37.2911,127.0089,1234582"


def table(*lines, head=HEAD):
    return "\n".join([head, *lines, ""]).encode()


def cities():
    return list(City.objects.order_by("pk").values())


@pytest.fixture
def run(db, tmp_path, capsys):
    def run(content, *options):
        """Exit status and lines printed of `import_cities` for a file of this content."""
        file = tmp_path / "cities.csv"
        file.write_bytes(content)
        try:
            call_command("import_cities", str(file), *options)
        except CommandError as error:
            out, err = capsys.readouterr()
            return error.returncode, out.splitlines() + err.splitlines() + [str(error)]
        out, err = capsys.readouterr()
        return 0, out.splitlines() + err.splitlines()

    return run


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(run):
    CityFactory(name="Galle", slug="galle", country="LK", region="south-south-west-asia", population=5)
    before = cities()
    content = table(SUWON, "Galle,LK,South and South-West Asia,none,37.2911,127.0089,93118")
    assert run(content) == (
        0,
        [
            "add Suwon (KR) as suwon",
            "change Galle (LK): population 5 -> 93118",
            "1 to add, 1 to change, 0 as they are. Nothing was written: add --commit to write it.",
        ],
    )
    assert cities() == before


def test_commit_adds_and_changes(run):
    galle = CityFactory(
        name="Galle", slug="old-galle", country="LK", population=5, population_year=2011, website="https://galle.example"
    )
    content = table(
        SUWON + ",,https://suwon.example",
        "Galle,lk,south-south-west-asia,Full member,6.0461,80.2103,93118,,",
        head=HEAD + ",area_km2,website",
    )
    status, lines = run(content, "--commit")
    assert (status, lines[-1]) == (0, "1 to add, 1 to change, 0 as they are. Written.")
    galle.refresh_from_db()
    assert (galle.slug, galle.region, galle.membership) == ("old-galle", "south-south-west-asia", "full")
    assert (str(galle.latitude), galle.population, galle.population_year) == ("6.04610", 93118, 2011)
    assert galle.website == ""  # the column is there and the cell is empty
    assert City.objects.get(slug="suwon").website == "https://suwon.example"
    assert run(content, "--commit")[1] == ["0 to add, 0 to change, 2 as they are. Written."]


def test_the_list_of_members_is_a_table_it_takes(run):
    call_command("load_cities", verbosity=0)
    assert run((DATA / "members.csv").read_bytes())[1][-1].startswith("0 to add, 0 to change, 105 as they are.")


def test_one_problem_anywhere_and_nothing_is_written(run):
    assert run(table(SUWON, "Galle,LK,South and South-West Asia,full,91,80,1"), "--commit") == (
        1,
        ["line 3: latitude: Ensure this value is less than or equal to 90.", "1 problem. Nothing was written."],
    )
    assert cities() == []


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("X,QQ,Pacific,full,1,1,1", ["country: “QQ” is not a country. Write its two-letter code, such as KR."]),
        ("X,Atlantis,Pacific,full,1,1,1", ["country: “Atlantis” is not a country. Write its two-letter code, such as KR."]),
        ("X,KR,Atlantis,full,1,1,1", ["region: “Atlantis” is not a region."]),
        (
            "X,KR,Pacific,gold,1,1,1",
            ["membership: “gold” is not a network membership. Write full, associate, corporate or none."],
        ),
        (",KR,Pacific,full,1,1,1", ["name: This field is required."]),
        ("X,KR,Pacific,full,,1,1", ["latitude: This field is required."]),
        ("X,KR,Pacific,full,north,1,1", ["latitude: Enter a number."]),
        ("X,KR,Pacific,full,nan,1,1", ["latitude: Enter a number."]),
        ("X,KR,Pacific,full,-90.1,1,1", ["latitude: Ensure this value is greater than or equal to -90."]),
        ("X,KR,Pacific,full,1,180.00001,1", ["longitude: Ensure this value is less than or equal to 180."]),
        ("X,KR,Pacific,full,1,1,-1", ["population: Ensure this value is greater than or equal to 0."]),
        ("X,KR,Pacific,full,1,1,1.5", ["population: Enter a whole number."]),
        ("X,KR,Pacific,full,1,1,99999999999", ["population: Ensure this value is less than or equal to 2147483647."]),
        (
            "X,QQ,Pacific,full,1,north,1",
            [
                "country: “QQ” is not a country. Write its two-letter code, such as KR.",
                "longitude: Enter a number.",
            ],
        ),
        ("X,KR,Pacific", ["There are 3 cells for 7 columns."]),
        ("X\0,KR,Pacific,full,1,1,1", ["name: Null characters are not allowed."]),
        ('"X,KR,Pacific,full,1,1,1', ["The file is not well-formed CSV: unexpected end of data."]),
        ("suwon,KR,Pacific,full,1,1,1", ["“suwon” is the same city as in line 2."]),
    ],
)
def test_each_problem_is_named_with_its_line(db, line, sentences):
    found = plan(table(SUWON, line)).problems
    assert found == [(3, sentence) for sentence in sentences]


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", [(1, "The file is empty.")]),
        (b"\xef\xbb\xbf \n\n", [(1, "The file is empty.")]),
        (table(), [(1, "There is no city under the column names.")]),
        (table("", ",,,,,,"), [(1, "There is no city under the column names.")]),
        (table(SUWON, "Orl\xe9ans").decode().encode("latin-1"), [(3, "The file is not UTF-8 text. Save it as “CSV UTF-8”.")]),
        (
            table(head="name,country,region,membership,area"),
            [
                (1, "The column “latitude” is missing."),
                (1, "The column “longitude” is missing."),
                (1, "The column “population” is missing."),
                (1, "The column “area” is not known."),
            ],
        ),
        (table(SUWON + ",1", head=HEAD + ",name"), [(1, "The column “name” is there twice.")]),
    ],
)
def test_a_file_that_is_no_table_of_cities(db, content, problems):
    assert plan(content).problems == problems


def test_line_numbers_count_the_lines_of_the_file(db):
    content = table('"Two\nlines",KR,Pacific,full,1,1,1', "", "X,QQ,Pacific,full,1,1,1")
    assert [line for line, _ in plan(content).problems] == [5]


def test_byte_order_mark_and_windows_line_ends(run):
    content = b"\xef\xbb\xbf" + table(SUWON).replace(b"\n", b"\r\n")
    assert run(content, "--commit")[1][0] == "add Suwon (KR) as suwon"


def test_a_city_that_the_database_writes_otherwise(db):
    CityFactory(name="Suwon", country="KR")
    assert plan(table(SUWON.replace("Suwon", "SUWON"))).problems == [
        (2, "“SUWON” is in the database as “Suwon”. Write it the same way.")
    ]


def test_slugs_are_free_and_speak(db):
    CityFactory(name="San Juan", slug="san-juan", country="PH")
    rest = "Rest of the world,none,1,1,"
    result = plan(
        table(
            f"San Juan,PR,{rest}",
            f"San-Juan,PR,{rest}",
            f"京都,JP,{rest}",
            f"{'Long ' * 19},JP,{rest}",
        )
    )
    assert result.problems == []
    assert [city.slug for city in result.added] == [
        "san-juan-pr",
        "san-juan-pr-2",
        "city-jp",
        "-".join(["long"] * 18),
    ]


def test_a_city_that_somebody_else_added_meanwhile(db):
    result = plan(table(SUWON, "Galle,LK,South and South-West Asia,full,6,80,1"))
    CityFactory(name="GALLE", country="LK")
    with pytest.raises(IntegrityError):
        result.carry_out()
    assert list(City.objects.values_list("name", flat=True)) == ["GALLE"]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_leave_each_city_once(tmp_path):
    file = tmp_path / "cities.csv"
    file.write_bytes(table(SUWON, "Galle,LK,South and South-West Asia,full,6,80,1"))
    ready, failures = threading.Barrier(2), []

    def run():
        ready.wait()
        try:
            call_command("import_cities", str(file), "--commit", stdout=io.StringIO())
        except CommandError as error:
            failures.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures in ([], ["The database changed meanwhile. Nothing was written. Run the command again."])
    assert sorted(City.objects.values_list("name", flat=True)) == ["Galle", "Suwon"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"nothing.csv can't be read: No such file or directory\.$"):
        call_command("import_cities", str(tmp_path / "nothing.csv"))
