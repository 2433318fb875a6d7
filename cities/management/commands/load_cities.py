import csv
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from cities.models import City, Cluster, ClusterMembership, NetworkMembership, Organisation, Region, city_slug

DATA = Path(__file__).resolve().parents[2] / "data"
REGIONS = {label: value for value, label in Region.choices}


def rows(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load():
    """Add the members, organisations and clusters of the CSV files that are not there yet.

    Idempotent. What staff changed since stays as it is: only missing rows are added.
    """
    slugs = set(City.objects.values_list("slug", flat=True))
    known = {(name.lower(), country) for name, country in City.objects.values_list("name", "country")}
    missing = []
    for row in rows("members.csv"):
        slug = city_slug(row["name"])
        if slug in slugs or (row["name"].lower(), row["country"]) in known:
            continue
        missing.append(City(slug=slug, **row | {"region": REGIONS[row["region"]]}))
    City.objects.bulk_create(missing)

    organisations = [
        # Two members are outside Asia and the Pacific; the list leaves their region empty.
        Organisation(slug=slugify(row["name"]), **row | {"region": REGIONS.get(row["region"], Region.WORLD)})
        for row in rows("organisations.csv")
    ]
    Organisation.objects.bulk_create(organisations, ignore_conflicts=True)

    for row in rows("clusters.csv"):
        cluster, created = Cluster.objects.get_or_create(
            slug=row["slug"], defaults={"name": row["name"], "description": row["description"]}
        )
        if created:
            leads = City.objects.filter(slug__in=row["leads"].split())
            ClusterMembership.objects.bulk_create(
                [ClusterMembership(cluster=cluster, city=city, is_lead=True) for city in leads], ignore_conflicts=True
            )


class Command(BaseCommand):
    help = "Load the members of the network, the associate organisations and the clusters (idempotent)."

    def handle(self, **options):
        load()
        members = City.objects.exclude(membership=NetworkMembership.NONE).count()
        self.stdout.write(
            f"{members} member cities, {Organisation.objects.count()} organisations, {Cluster.objects.count()} clusters."
        )
