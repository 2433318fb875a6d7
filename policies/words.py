"""Counting words, also in scripts that are written without spaces."""

import re
from math import ceil

from django.utils.html import strip_tags

# Two characters of a script without spaces say about as much as one English word.
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def count_words(text):
    """The number of words in plain text or HTML."""
    text = strip_tags(text.replace("<", " <"))
    characters = len(UNSPACED.findall(text))
    return len(UNSPACED.sub(" ", text).split()) + ceil(characters / 2)
