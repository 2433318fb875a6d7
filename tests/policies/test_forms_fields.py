import pytest
from django.core.exceptions import ValidationError

from policies.forms.fields import NumberField, WebAddressField, WholeNumberField, YearField
from policies.words import count_words


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234567", 1234567),
        ("1,234,567", 1234567),
        ("12,34,567", 1234567),
        ("1 234 567", 1234567),
        ("1\u202f234\u00a0567", 1234567),
        ("1'234'567", 1234567),
        ("１２００", 1200),
        (" 12 ", 12),
        ("০১২", 12),
        ("", None),
    ],
)
def test_whole_numbers_as_people_write_them(typed, number):
    assert WholeNumberField(required=False, min_value=0).clean(typed) == number


@pytest.mark.parametrize(
    "typed", ["about 5", "1.5", "1,5", "1,23", "12,3456", "NaN", "Infinity", "1e9", "-1", "9" * 30, "0x1f", "1 2"]
)
def test_anything_else_is_no_whole_number(typed):
    with pytest.raises(ValidationError):
        WholeNumberField(required=False, min_value=0, max_value=10**15).clean(typed)


@pytest.mark.parametrize(
    ("typed", "number"), [("1,234.5", "1234.5"), ("-3.2", "-3.2"), ("\u22123", "-3"), ("0.0001", "0.0001")]
)
def test_numbers_with_decimals(typed, number):
    assert str(NumberField(max_digits=16, decimal_places=4).clean(typed)) == number


@pytest.mark.parametrize("typed", ["1,5", "NaN", "-Infinity", "1e400", "1.23456", "9" * 20, "twelve", "1\x00"])
def test_anything_else_is_no_number(typed):
    with pytest.raises(ValidationError):
        NumberField(max_digits=16, decimal_places=4).clean(typed)


@pytest.mark.parametrize("typed", ["1949", "2101", "soon", "20.5", "99999999999"])
def test_what_is_no_year(typed):
    with pytest.raises(ValidationError):
        YearField().clean(typed)


def test_an_address_gets_its_scheme():
    assert WebAddressField().clean("city.example/report") == "https://city.example/report"


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "ftp://city.example", "no address"])
def test_what_is_no_address(typed):
    with pytest.raises(ValidationError):
        WebAddressField().clean(typed)


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("Two words", 2), ("<p>One</p><p>two</p>", 2), ("버스 전용 차로", 3), ("公交专用道", 3)]
)
def test_words_are_counted_in_every_script(text, words):
    assert count_words(text) == words
