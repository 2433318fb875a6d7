import factory
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.models import User
from policies.groups import ensure_moderators

PASSWORD = "demo-portal"


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a verified address and the password `demo-portal`.

    States: `verified=False` (or None: allauth knows no address), `staff`, `superuser`, `moderator`,
    `with_totp` (authenticator app and recovery codes).
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(is_staff=True)
        superuser = factory.Trait(is_staff=True, is_superuser=True)
        moderator = factory.Trait(is_staff=True, in_moderators=True)

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    password = PASSWORD
    in_moderators = False
    verified = True
    with_totp = False

    @classmethod
    def _create(cls, model_class, *, in_moderators, verified, with_totp, **fields):
        user = model_class.objects.create_user(**fields)
        if verified is not None:
            EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
        if in_moderators:
            user.groups.add(ensure_moderators())
        if with_totp:
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)
        return user
