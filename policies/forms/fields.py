"""Fields that forgive how people write numbers, and nothing else."""

import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from policies.models.parts import YEARS

# 1,234,567 and 12,34,567 (as in India), 1 234 567, 1'234'567; a minus; decimals after a point.
PLAIN = re.compile(r"-?\d{1,25}(\.\d{1,10})?")
GROUPED = [re.compile(rf"-?\d{{1,3}}({mark}\d{{2,3}})*{mark}\d{{3}}(\.\d{{1,10}})?") for mark in (",", " ", "'")]


def read_number(text):
    """`text` without its group marks, or None when it isn't a number."""
    text = unicodedata.normalize("NFKC", str(text)).strip().replace("\u2212", "-").replace("\u2019", "'")
    if PLAIN.fullmatch(text):
        return text
    if any(pattern.fullmatch(text) for pattern in GROUPED):
        return re.sub(r"[, ']", "", text)
    return None


class _Number:
    """A number typed into a text box, because a number box refuses 1,234,567 without a word."""

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if (number := read_number(value)) is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(number)

    def widget_attrs(self, widget):
        return {"inputmode": self.inputmode, "autocomplete": "off"}


class WholeNumberField(_Number, forms.IntegerField):
    widget = forms.TextInput
    inputmode = "numeric"
    default_error_messages = {"invalid": "Give a whole number in digits, for example 12000."}


class NumberField(_Number, forms.DecimalField):
    widget = forms.TextInput
    inputmode = "decimal"
    default_error_messages = {"invalid": "Give a number in digits, with a point before decimals, for example 12.5."}

    def prepare_value(self, value):
        """A stored 12.5000 is shown as 12.5."""
        if isinstance(value, Decimal):
            return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
        return value


class YearField(forms.IntegerField):
    widget = forms.TextInput
    default_error_messages = {
        "invalid": "Give a year in four digits, for example 2021.",
        "min_value": "Give a year from %(limit_value)s on.",
        "max_value": "Give a year up to %(limit_value)s.",
    }

    def __init__(self, **kwargs):
        low, high = (validator.limit_value for validator in YEARS)
        super().__init__(**{"min_value": low, "max_value": high, "required": False, **kwargs})

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "autocomplete": "off", "maxlength": 4, "size": 6}


class WebAddressField(forms.URLField):
    """An address of the web; https:// is added when nobody typed it."""

    widget = forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"})
    default_error_messages = {"invalid": "Give the address of a page, for example https://city.example/report."}

    def __init__(self, **kwargs):
        super().__init__(**{"assume_scheme": "https", "max_length": 500, "required": False, **kwargs})
        self.validators = [URLValidator(["http", "https"], message=self.error_messages["invalid"]), *self.validators[1:]]
