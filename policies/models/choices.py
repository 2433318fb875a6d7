from django.db import models


class PolicyStatus(models.TextChoices):
    """How far the policy itself is; not the state of its text."""

    PLANNED = "planned", "Planned"
    PILOT = "pilot", "Pilot"
    RUNNING = "running", "Running"
    SCALED_UP = "scaled_up", "Scaled up"
    COMPLETED = "completed", "Completed"
    ENDED = "ended", "Ended"


class Scale(models.TextChoices):
    NEIGHBOURHOOD = "neighbourhood", "Neighbourhood"
    DISTRICT = "district", "District"
    CITY = "city", "City"
    METROPOLITAN = "metropolitan", "Metropolitan"
    REGIONAL = "regional", "Regional"


class Theme(models.TextChoices):
    PLANNING = "planning", "Urban planning"
    HOUSING = "housing", "Housing"
    TRANSPORT = "transport", "Transport"
    WATER = "water", "Water and sanitation"
    ENERGY = "energy", "Energy"
    WASTE = "waste", "Solid waste"
    ENVIRONMENT = "environment", "Environment and resilience"
    GOVERNANCE = "governance", "Governance and finance"
    INCLUSION = "inclusion", "Social inclusiveness and well-being"
    ECONOMY = "economy", "Economy and jobs"


class Evidence(models.TextChoices):
    """How an outcome is known, weakest first."""

    CLAIMED = "claimed", "Claimed"
    MEASURED = "measured", "Measured"
    EVALUATED = "evaluated", "Independently evaluated"


class FundingSource(models.TextChoices):
    OWN_BUDGET = "own_budget", "Own budget"
    NATIONAL_TRANSFER = "national_transfer", "National transfer"
    DEVELOPMENT_BANK = "development_bank", "Development bank"
    DONOR = "donor", "Donor"
    PRIVATE_PARTNER = "private_partner", "Private partner"
    USER_FEES = "user_fees", "User fees"
    OTHER = "other", "Other"


class Licence(models.TextChoices):
    CC_BY = "CC-BY-4.0", "CC BY 4.0"
    CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    CC_BY_NC = "CC-BY-NC-4.0", "CC BY-NC 4.0"
    CC0 = "CC0-1.0", "CC0 1.0 (public domain)"

    @property
    def url(self):
        """The address of its text."""
        if self is Licence.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        kind, version = self.value.lower().removeprefix("cc-").rsplit("-", 1)
        return f"https://creativecommons.org/licenses/{kind}/{version}/"


class CostBand(models.TextChoices):
    """Total cost in US dollars; derived, see `of`."""

    UNDER_100K = "under-100k", "Under 100,000"
    UNDER_1M = "under-1m", "100,000 to 1 million"
    UNDER_10M = "under-10m", "1 to 10 million"
    UNDER_100M = "under-100m", "10 to 100 million"
    OVER_100M = "over-100m", "100 million and more"

    @classmethod
    def of(cls, total_usd):
        """The band of a total in US dollars; empty when the total is not known."""
        if total_usd is None:
            return ""
        limits = [
            (100_000, cls.UNDER_100K),
            (1_000_000, cls.UNDER_1M),
            (10_000_000, cls.UNDER_10M),
            (100_000_000, cls.UNDER_100M),
        ]
        return next((band for limit, band in limits if total_usd < limit), cls.OVER_100M)
