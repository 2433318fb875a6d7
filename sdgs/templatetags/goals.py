import csv
from functools import cache
from pathlib import Path

from django import template

register = template.Library()

GOALS = Path(__file__).resolve().parent.parent / "data" / "goals.csv"


@cache
def names():
    """Goal number to short name, read from the reference file once: a card must not ask the database."""
    with GOALS.open(encoding="utf-8", newline="") as file:
        return {int(row["number"]): row["name"] for row in csv.DictReader(file)}


@register.filter
def goal_name(number):
    """The short name of goal `number`."""
    return names()[int(number)]


@register.filter
def goal_of(code):
    """The goal's number of a target's code: "11.a" gives 11."""
    return int(str(code).partition(".")[0])
