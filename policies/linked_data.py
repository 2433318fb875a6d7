"""What a page is about, in the words of schema.org, for search engines and other machines: public facts only."""

from django.conf import settings
from django.urls import reverse

from .models import Licence
from .templatetags.reading import theme_names

CONTEXT = {"@context": "https://schema.org"}
SDGS = "http://metadata.un.org/sdg"


def about_case(case, revision):
    """The public text `revision` of `case` as a dict. Asks the database nothing when loaded `with_parts`."""
    data = {
        "@type": "Article",
        "url": absolute(case.get_absolute_url()),
        "headline": revision.title,
        "abstract": revision.summary,
        "inLanguage": revision.language,
        "image": absolute(reverse("case_card_picture", args=[case.slug])),
        "datePublished": case.first_published_at.isoformat(),
        "dateModified": case.published_at.isoformat(),
        "version": revision.number,
        "license": Licence(revision.licence).url,
        "creativeWorkStatus": "Demonstration text" if case.is_demonstration else "",
        "author": {"@type": "GovernmentOrganization", "name": case.city.name},
        "publisher": {"@type": "Organization", "name": settings.SITE_NAME, "url": absolute(reverse("home"))},
        "spatialCoverage": place(case.city),
        "temporalCoverage": f"{revision.start_year}/{revision.end_year or '..'}",
        "about": [term(thing) for thing in terms(revision)],
        "keywords": [label for _theme, label in theme_names(revision)] + [tag.name for tag in revision.tags.all()],
        "isBasedOn": revision.source_url,
    }
    return CONTEXT | {name: value for name, value in data.items() if value}


def about_city(city):
    return CONTEXT | place(city)


def place(city):
    data = {
        "@type": "City",
        "name": city.name,
        "url": absolute(city.get_absolute_url()),
        "sameAs": city.website,
        "containedInPlace": {"@type": "Country", "name": city.country.name, "identifier": city.country.code},
        "geo": {"@type": "GeoCoordinates", "latitude": float(city.latitude), "longitude": float(city.longitude)},
    }
    return {name: value for name, value in data.items() if value}


def terms(revision):
    """The goals and targets of the text, once each."""
    links = revision.sdglinks.all()
    return dict.fromkeys([link.goal for link in links] + [link.target for link in links if link.target])


def term(thing):
    """A Goal or a Target under the UN's own identifier."""
    return {
        "@type": "DefinedTerm",
        "@id": thing.iri,
        "termCode": str(thing.pk),
        "name": getattr(thing, "name", "") or thing.title,
        "inDefinedTermSet": SDGS,
    }


def absolute(path):
    """The one address of a page, whatever host serves it."""
    return settings.SITE_URL + path
