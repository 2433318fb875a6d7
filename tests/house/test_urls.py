"""Each address has an audience. A new address is tested without anybody remembering: it must be put in the table."""

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.factories.accounts import UserFactory

EVERYBODY = {
    "home", "about", "accessibility", "privacy", "styleguide", "healthz", "demo_mail", "demo_letter",
    "case_list", "case", "edition", "case_versions", "case_card_picture", "goal_list", "goal", "target",
    "city_list", "city", "organisation_list", "favicon", "robots_txt", "sitemap", "sitemap_section",
    "document", "picture_file",
}  # fmt: skip
SIGNED_IN = {
    "my_work", "share_case", "case_tasks", "edit_step", "preview", "submit_case", "recall_case", "withdraw_draft",
    "revise_case", "withdraw_case",
    "ask_membership", "my_memberships", "end_membership",
    "city_team", "invite_colleague", "withdraw_invitation", "accept_invitation",
    "profile", "export_data", "delete_account",
}  # fmt: skip


def patterns(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name, pattern


OURS = {name: pattern for name, pattern in patterns() if ":" not in name and not name.startswith(("account_", "mfa_"))}
ADMIN = {name: pattern for name, pattern in patterns() if name.startswith("admin:") and name != "admin:logout"}


def address(name, pattern):
    values = {"IntConverter": 1, "SlugConverter": "x", "StringConverter": "x", "PathConverter": "x", "TargetCode": "11.2"}
    converters = pattern.pattern.converters
    return reverse(name, kwargs={key: values[type(converter).__name__] for key, converter in converters.items()})


def test_every_address_has_an_audience():
    assert set(OURS) == EVERYBODY | SIGNED_IN


@pytest.mark.parametrize("name", sorted(OURS))
def test_login_is_asked_where_the_table_says(name, client, db):
    answer = client.get(address(name, OURS[name]))
    to_login = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    assert to_login == (name in SIGNED_IN)


@pytest.mark.parametrize("name", sorted(ADMIN))
def test_the_admin_site_is_for_staff(name, client, db):
    try:
        url = address(name, ADMIN[name])
    except NoReverseMatch:  # an address with a regular expression
        url = reverse("admin:app_list", args=["policies"])
    assert client.get(url).status_code in {302, 405}
    client.force_login(UserFactory())
    answer = client.get(url)
    if answer.get("Location", "").startswith(reverse("admin:login")):
        answer = client.get(answer["Location"])
    assert answer.status_code in {403, 405}
