"""What search engines are told about: every public page that is worth listing, as somebody without an account sees it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import sitemaps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Max
from django.urls import reverse

from cities.models import City
from policies.models import PolicyCase
from sdgs.models import Goal, Target

SITE = urlsplit(settings.SITE_URL)


class Sitemap(sitemaps.Sitemap):
    """Addresses on the host that canonical links name, in files of 10,000."""

    protocol = SITE.scheme
    limit = 10_000

    def get_domain(self, site=None):
        return SITE.netloc


class Pages(Sitemap):
    def items(self):
        return ["home", "case_list", "goal_list", "city_list", "organisation_list", "about", "accessibility", "privacy"]

    def location(self, name):
        return reverse(name)


class Goals(Sitemap):
    def items(self):
        return Goal.objects.all()


class Targets(Sitemap):
    def items(self):
        return Target.objects.all()


class Cities(Sitemap):
    def items(self):
        return City.objects.visible_to(AnonymousUser()).order_by("pk")


class Cases(Sitemap):
    def items(self):
        return PolicyCase.objects.visible_to(AnonymousUser()).published().order_by("pk").only("slug", "published_at")

    def lastmod(self, case):
        return case.published_at

    def get_latest_lastmod(self):
        """Asks the database; Django would load every case."""
        return self.items().aggregate(last=Max("published_at"))["last"]


SECTIONS = {"pages": Pages, "goals": Goals, "targets": Targets, "cities": Cities, "cases": Cases}
