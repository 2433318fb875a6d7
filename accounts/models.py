import zoneinfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


def time_zones():
    """Choices of every time zone this machine knows, by name."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name or name == "UTC"]


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        """A saved user; without a password they can't log in until they reset it."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do stands with the thing: cities.Membership, awards.Juror, group moderators."""

    email = models.EmailField("e-mail address", unique=True)
    display_name = models.CharField(max_length=100)
    position = models.CharField(max_length=150, blank=True)
    organisation = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, choices=time_zones, default="UTC")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may enter the admin site", default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
        ]

    def __str__(self):
        return self.display_name or "Former user"

    def get_full_name(self):
        return self.display_name

    def get_short_name(self):
        return self.display_name
