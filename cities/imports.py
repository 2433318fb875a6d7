"""Reads a table of cities and works out what it would add and change, or what is wrong with it."""

import csv
import io
from dataclasses import dataclass, field

from django import forms
from django.db import transaction
from django_countries import countries

from .models import City, NetworkMembership, Region, city_slug

REQUIRED = ["name", "country", "region", "membership", "latitude", "longitude", "population"]
OPTIONAL = ["population_year", "area_km2", "website"]


class CityRow(forms.Form):
    """One line of the table. Country, region and membership are taken by code or by name."""

    WRONG = {
        "country": "“%(value)s” is not a country. Write its two-letter code, such as KR.",
        "region": "“%(value)s” is not a region.",
        "membership": "“%(value)s” is not a network membership. Write full, associate, corporate or none.",
    }

    def __init__(self, cells):
        super().__init__(cells | {name: as_code(cells[name]) for name, as_code in CODES.items()})
        columns = [name for name in REQUIRED + OPTIONAL if name in cells]  # a column that is not there changes nothing
        self.fields = forms.fields_for_model(City, fields=columns, formfield_callback=_form_field)
        for name, sentence in self.WRONG.items():
            self.fields[name].error_messages["invalid_choice"] = sentence
        for name, limit in {"latitude": 90, "longitude": 180}.items():
            self.fields[name] = forms.DecimalField(min_value=-limit, max_value=limit, decimal_places=5)

    def clean(self):
        # The form's fields don't know how large a number the database takes; the model's do.
        self.city = City(**self.cleaned_data)
        others = [field.name for field in City._meta.fields if field.name not in self.cleaned_data]
        self.city.clean_fields(exclude=others)

    def changes(self, city):
        """Name, old and new value of each field in which the line differs from `city`."""
        pairs = [(name, getattr(city, name), getattr(self.city, name)) for name in self.fields]
        return [(name, old, new) for name, old, new in pairs if old != new]


def _form_field(model_field, **kwargs):
    if model_field.name == "website":
        kwargs["assume_scheme"] = "https"
    return model_field.formfield(**kwargs)


def _code_of(choices):
    codes = {label.lower(): value for value, label in choices} | {value: value for value, _ in choices}
    return lambda text: codes.get(text.lower(), text)


def _country_code(text):
    return text.upper() if len(text) == 2 else countries.by_name(text) or text


CODES = {
    "country": _country_code,
    "region": _code_of(Region.choices),
    "membership": _code_of(NetworkMembership.choices),
}


@dataclass
class Plan:
    """What a table of cities would do. With any `problems`, (line, sentence), it does nothing."""

    added: list[City] = field(default_factory=list)
    changed: list[tuple[City, list]] = field(default_factory=list)
    unchanged: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    @transaction.atomic
    def carry_out(self):
        """Write it. Raises IntegrityError, and writes nothing, when the database changed since it was planned."""
        City.objects.bulk_create(self.added)
        for city, changes in self.changed:
            for name, _, value in changes:
                setattr(city, name, value)
            city.save(update_fields=[name for name, _, _ in changes])


def plan(content):
    """The Plan of the bytes of a CSV file."""
    result = Plan()
    lines = list(_read(content, result.problems))
    known = {(city.name.lower(), city.country.code): city for city in City.objects.all()}
    slugs = {city.slug for city in known.values()}
    seen = {}
    for line, cells in lines:
        form = CityRow(cells)
        if not form.is_valid():
            result.problems += [(line, f"{name}: {text}") for name, texts in form.errors.items() for text in texts]
            continue
        new = form.city
        key = (new.name.lower(), new.country.code)
        old = known.get(key)
        if (earlier := seen.setdefault(key, line)) != line:
            result.problems.append((line, f"“{new.name}” is the same city as in line {earlier}."))
        elif not old:
            new.slug = _free_slug(new, slugs)
            result.added.append(new)
        elif old.name != new.name:
            result.problems.append((line, f"“{new.name}” is in the database as “{old.name}”. Write it the same way."))
        elif changes := form.changes(old):
            result.changed.append((old, changes))
        else:
            result.unchanged += 1
    result.problems.sort(key=lambda problem: problem[0])
    return result


def _read(content, problems):
    """Yields line number and cells by column; adds to `problems` what makes the file or a line unreadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append((line, "The file is not UTF-8 text. Save it as “CSV UTF-8”."))
        return
    if not text.strip():
        problems.append((1, "The file is empty."))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader)]
        wrong = _wrong_columns(columns)
        problems += [(1, sentence) for sentence in wrong]
        if wrong:
            return
        before, rows = reader.line_num, 0
        for row in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            rows += 1
            if len(row) != len(columns):
                problems.append((line, f"There are {len(row)} cells for {len(columns)} columns."))
                continue
            yield line, {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
        if not rows:
            problems.append((1, "There is no city under the column names."))
    except csv.Error as error:
        problems.append((reader.line_num, f"The file is not well-formed CSV: {error}."))


def _wrong_columns(columns):
    wrong = [f"The column “{name}” is missing." for name in REQUIRED if name not in columns]
    wrong += [f"The column “{name}” is not known." for name in dict.fromkeys(columns) if name not in REQUIRED + OPTIONAL]
    wrong += [f"The column “{name}” is there twice." for name in dict.fromkeys(columns) if columns.count(name) > 1]
    return wrong


def _free_slug(city, slugs):
    """A slug that no city of `slugs` has; it is added to them."""
    stem = city_slug(city.name)[:90].strip("-")
    country = city.country.code.lower()
    options = [stem] if stem else []
    options += [f"{stem or 'city'}-{country}", *(f"{stem or 'city'}-{country}-{n}" for n in range(2, len(slugs) + 3))]
    slug = next(option for option in options if option not in slugs)
    slugs.add(slug)
    return slug
