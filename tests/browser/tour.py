"""A small world, and for each URL name of the site the pages on which it is looked at.

A new address fails test_every_page.py until it has an example here, or stands in NOT_A_PAGE.
"""

import io
import time
from pathlib import Path

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from cities.actions import invite_colleague
from cities.models import Invitation, Membership
from policies.forms import STEPS
from policies.models import PolicyCase, Revision
from portal.demo import world
from tests.factories.accounts import PASSWORD, UserFactory

CASES = {
    "suwon-low-rise-waste-sorting",  # published twice
    "suwon-kiosk-lessons-older-residents",  # published; its update waits for review
    "suwon-shared-electronics-lab",  # a draft
    "suwon-rainwater-storage",  # returned
    "hanoi-ward-air-data",  # waits for review
    "balangan-coal-land-mixed-forest",  # withdrawn
}
ROLES = ["visitor", "official", "newcomer", "careful", "at the second step", "moderator", "administrator", "demonstration"]

# Downloads, answers for scripts, buttons (POST), and addresses that only lead on to another one.
NOT_A_PAGE = {
    "healthz", "robots_txt", "sitemap", "sitemap_section", "favicon",
    "document", "picture_file", "case_card_picture", "export_data",
    "submit_case", "recall_case", "withdraw_invitation",
    "account_confirm_login_code", "account_set_password", "mfa_download_recovery_codes", "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",  # wants a passkey that a device made: see test_accounts.py
    "admin:jsi18n", "admin:autocomplete", "admin:view_on_site", "admin:login", "admin:logout", "admin:password_change",
    "admin:taggit_tag_merge_tags",  # the library's own page
    "admin:policies_revision_change", "admin:policies_revision_claim", "admin:policies_revision_release",
    "admin:policies_revision_delete_comment",
    "admin:policies_policycase_rename", "admin:policies_policycase_restore",
}  # fmt: skip
# Django's own pages, alike for each model of the admin site: looked at with one model.
ALIKE = {"add": "admin:cities_city_add", "history": "admin:cities_city_history", "delete": "admin:cities_city_delete"}


class World:
    """What the addresses point to, made by the verbs of the demonstration."""

    def __init__(self, mail_folder: Path):
        call_command("load_reference", stdout=io.StringIO())
        now = timezone.now()
        world.build(now, lambda line: None, only=CASES)
        self.people = {name: User.objects.get(email=f"{name}@example.org") for name in ("official", "newcomer", "moderator")}
        self.people |= {"administrator": User.objects.get(email="admin@example.org"), "careful": UserFactory(with_totp=True)}
        self.official, self.newcomer, self.careful = (self.people[name] for name in ("official", "newcomer", "careful"))
        self.suwon = Membership.objects.get(user=self.official).city
        self.passkey = Authenticator.objects.create(
            user=self.official, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": {}}
        )
        DBTaskResult.objects.create(args_kwargs={}, task_path="accounts.tasks.deliver", backend_name="default")
        self.unconfirmed = EmailAddress.objects.create(user=UserFactory(verified=None), email="new@example.org")
        self.key = self.invite(now)
        EmailBackend(file_path=mail_folder).send_messages([EmailMessage("Welcome", "Hello", to=["a@b.example"])])
        self.sessions = {role: self.session(role) for role in ROLES}
        [self.letter] = [f"{file.stem}-1" for file in mail_folder.glob("*.log")]

    def invite(self, now):
        """The key of an invitation of the newcomer; another one waits in the list of the team."""
        for email in (self.newcomer.email, "colleague@example.org"):
            invitation = invite_colleague(city=self.suwon, email=email, role="contributor", by=self.official, now=now)
            key = Invitation.new_key()
            Invitation.objects.filter(pk=invitation.pk, email=self.newcomer.email).update(key_hash=Invitation.hash_key(key))
            if email == self.newcomer.email:
                answer = key
        return answer

    def session(self, role):
        """The key of a session of that role, fresh from the password; None for those who are not logged in."""
        client = Client()
        if role in self.people:
            client.force_login(self.people[role])
            session = client.session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
            session["account_authentication_methods_user"] = str(self.people[role].pk)
            session.save()
        elif role == "at the second step":
            client.post(reverse("account_login"), {"login": self.careful.email, "password": PASSWORD})
        return client.session.session_key if client.cookies else None

    def edition(self, status, **filters):
        return Revision.objects.filter(status=status, **filters).earliest("pk")


def tour(w):
    """{role: [(name, address, expected status)]} for the world `w`."""
    case = PolicyCase.objects.published().get(revisions__number=2, revisions__status="published")
    waiting = w.edition("submitted", case__city=w.suwon)
    draft, returned = w.edition("draft", case__city=w.suwon), w.edition("returned", case__city=w.suwon)
    withdrawn = PolicyCase.objects.get(status="withdrawn")
    request = Membership.objects.filter(status="requested").earliest("pk")

    def at(name, *args, query="", status=200):
        return name, reverse(name, args=args) + query, status

    reset = [user_pk_to_url_str(w.official), default_token_generator.make_token(w.official)]
    return {
        "visitor": [
            at("home"),
            at("about"),
            at("accessibility"),
            at("privacy"),
            at("case_list"),
            at("case_list", query="?goal=12&theme=waste&q=waste&sort=newest"),
            at("case_list", query="?q=nothing-has-this-word"),
            at("case_list", query="?view=map"),
            at("case_list", query="?view=table"),
            at("case", case.slug),
            at("case", waiting.case.slug),
            at("case", withdrawn.slug, status=410),
            at("edition", case.slug, 1),
            at("case_versions", case.slug),
            at("goal_list"),
            at("goal", 12),
            at("goal", 14),
            at("target", 12, "12.5"),
            at("city_list"),
            at("city_list", query="?q=nothing-has-this-name"),
            at("organisation_list"),
            at("city", w.suwon.slug),
            at("city", "colombo"),
            ("nowhere", "/nowhere/", 404),
            at("account_login"),
            at("account_signup"),
            at("account_inactive"),
            at("account_email_verification_sent"),
            at("account_confirm_email", EmailConfirmationHMAC.create(w.unconfirmed).key),
            at("account_confirm_email", "no-such-key"),
            at("account_reset_password"),
            at("account_reset_password_done"),
            at("account_reset_password_from_key", *reset),
            at("account_reset_password_from_key", "1", "no-such-key"),
            at("account_reset_password_from_key_done"),
        ],
        "official": [
            at("my_work"),
            at("share_case"),
            *[at("case_tasks", revision.pk) for revision in (draft, returned, waiting)],
            *[at("edit_step", returned.pk, step.slug) for step in STEPS],
            at("edit_step", waiting.pk, "basics", status=403),
            at("preview", draft.pk),
            at("preview", waiting.pk),
            at("withdraw_draft", draft.pk),
            at("case", waiting.case.slug),
            at("revise_case", case.slug),
            at("withdraw_case", case.slug),
            at("revise_case", withdrawn.slug, status=404),
            at("my_memberships"),
            at("ask_membership"),
            at("end_membership", w.official.memberships.get().pk),
            at("city", w.suwon.slug),
            at("city_team", w.suwon.slug),
            at("invite_colleague", w.suwon.slug),
            at("accept_invitation", w.key, status=403),
            at("accept_invitation", "no-such-key", status=410),
            at("profile"),
            at("mfa_list_webauthn"),
            at("mfa_edit_webauthn", w.passkey.pk),
            at("mfa_remove_webauthn", w.passkey.pk),
        ],
        "newcomer": [
            at("my_work"),
            at("my_memberships"),
            at("ask_membership", query="?city=colombo"),
            at("accept_invitation", w.key),
            at("share_case"),
            at("profile"),
            at("delete_account"),
            at("account_email"),
            at("account_change_password"),
            at("account_logout"),
            at("account_reauthenticate"),
            at("mfa_index"),
            at("mfa_activate_totp"),
            at("mfa_list_webauthn"),
            at("mfa_add_webauthn"),
        ],
        "careful": [
            at("mfa_index"),
            at("mfa_deactivate_totp"),
            at("mfa_view_recovery_codes"),
            at("mfa_generate_recovery_codes"),
            at("mfa_reauthenticate"),
        ],
        "at the second step": [at("mfa_authenticate")],
        "moderator": [
            at("admin:index"),
            at("admin:policies_revision_changelist"),
            at("admin:policies_revision_changelist", query="?queue=mine&q=nothing"),
            at("admin:policies_revision_review", waiting.pk),
            at("admin:policies_revision_review", w.edition("submitted", number=1).pk),
            at("admin:policies_policycase_changelist"),
            at("admin:policies_policycase_change", case.pk),
            at("admin:policies_policycase_change", withdrawn.pk),
            at("admin:policies_policycase_compare", case.pk, 1, 2),
            at("admin:cities_membership_changelist"),
            at("admin:cities_membership_change", request.pk),
            at("admin:cities_membership_decide", "approve", query=f"?pk={request.pk}"),
            at("admin:cities_membership_decide", "decline", query=f"?pk={request.pk}"),
            at("admin:cities_city_change", w.suwon.pk),
        ],
        "administrator": [
            at("admin:index"),
            at("admin:app_list", "cities"),
            at("admin:password_change_done"),
            at(ALIKE["add"]),
            at(ALIKE["history"], w.suwon.pk),
            at(ALIKE["delete"], w.suwon.pk),
            *lists_and_rows(at),
        ],
        "demonstration": [
            at("home"),
            at("styleguide"),
            at("demo_mail"),
            at("demo_letter", w.letter),
        ],
    }


def lists_and_rows(at):
    """Each list of the admin site, and the first row of each."""
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield at(f"{name}_changelist")
        row = model._default_manager.first()
        if row and f"{name}_change" not in NOT_A_PAGE:
            yield at(f"{name}_change", row.pk)
