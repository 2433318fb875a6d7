"""The picture that other sites show beside a link to a case (Open Graph).

Pillow's own font has the letters of plain English only. Accents are dropped ("Đà Nẵng" is drawn as "Da Nang"); a
title in another script is left out and the city takes its place: nothing is ever drawn as empty boxes.
"""

import io
import unicodedata
from bisect import bisect_right
from functools import cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 56
PANEL = 740  # the part with the words; the rest is the picture's
TEAL, MARK, WHITE, SAND, DARK = "#0b4a51", "#0d5c63", "#ffffff", "#ffd7a1", "#101417"
WHITE_ON = {1, 4, 8, 10, 13, 16, 17}  # goals whose colour carries white letters, as in tokens.css
TILE, GAP, MOST_TILES = 76, 12, 7
SEMIBOLD = 1 / 80  # of the size: the font has one weight; a thin outline makes another
NOT_TWO_CHARACTERS = str.maketrans({
    "Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "ı": "i", "ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE",
    "œ": "oe", "ʻ": "'", "–": "-", "—": "-", "‐": "-", "\N{NON-BREAKING HYPHEN}": "-",
})  # fmt: skip


def case_card(case, goals, *, site_name):
    """PNG bytes, 1200 x 630, for a case that was loaded by `with_card`. `goals` are its Goal rows, the main one first."""
    card = Image.new("RGB", SIZE, TEAL)
    draw = ImageDraw.Draw(card)
    if photo := _photo(case.lead_picture):
        card.paste(photo, (PANEL, 0))
    elif goals:
        _big_tile(draw, goals[0])
    mark(draw, MARGIN, 48, 44)
    draw.text((MARGIN + 58, 70), site_name, WHITE, font(26), anchor="lm")
    city = plain(case.city.name) or case.city.slug.replace("-", " ").title()
    country = plain(case.country.name)
    if title := plain(case.title):
        write(draw, f"{city}, {country}", MARGIN, 134, sizes=[30, 26], lines=1, fill=SAND)
        write(draw, title, MARGIN, 182, sizes=[60, 52, 46, 42], lines=5, height=280, fill=WHITE)
    else:
        write(draw, city, MARGIN, 190, sizes=[84, 68, 56], lines=2, height=200, fill=WHITE)
        write(draw, country, MARGIN, 400, sizes=[40, 34], lines=1, fill=SAND)
    for n, goal in enumerate(goals[:MOST_TILES]):
        tile(draw, goal, MARGIN + n * (TILE + GAP), HEIGHT - MARGIN - TILE)
    return png(card)


def png(card):
    """PNG bytes with a palette: a third of the weight, and nobody sees it at this size."""
    buffer = io.BytesIO()
    card.quantize(256, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


# Parts of a card


def mark(draw, x, y, size):
    """The mark of the site, as in static/img/mark.svg."""

    def box(left, top, width, height):
        return [
            round(c) for c in (x + left * unit, y + top * unit, x + (left + width) * unit - 1, y + (top + height) * unit - 1)
        ]

    unit = size / 36
    draw.rectangle(box(0, 0, 36, 36), fill=MARK)
    for bar in [(7, 19, 5, 10), (15.5, 13, 5, 16), (24, 8, 5, 21)]:
        draw.rectangle(box(*bar), fill=WHITE)
    draw.rectangle(box(15.5, 7, 5, 3), fill=SAND)
    draw.ellipse(box(7, 10, 5, 5), fill=SAND)
    draw.rectangle(box(7, 12.5, 5, 3.5), fill=SAND)


def write(draw, text, x, y, *, sizes, lines, fill, height=None):
    """Write `text` from the top left at the largest of `sizes` that fits; what doesn't fit the smallest is cut."""
    for size in sizes:
        rows = wrap(text, size, PANEL - x - MARGIN)
        step = round(size * 1.2)
        if len(rows) <= lines and (height is None or len(rows) * step <= height):
            break
    most = min(lines, height // step if height else lines)
    if len(rows) > most:
        rows = [*rows[: most - 1], rows[most - 1][:-1].rstrip() + "…"]
    for n, row in enumerate(rows):
        draw.text((x, y + n * step), row, fill, font(size), stroke_width=size * SEMIBOLD)


def wrap(text, size, width):
    """The lines of `text` in letters of `size` that are at most `width` wide; a longer word is broken."""
    lines, line = [], ""
    for word in text.split():
        if font(size).getlength(f"{line} {word}".strip()) <= width:
            line = f"{line} {word}".strip()
            continue
        if line:
            lines.append(line)
        while font(size).getlength(word) > width:
            fits = bisect_right(range(1, len(word)), width, key=lambda n: font(size).getlength(word[:n]))
            lines.append(word[: max(1, fits)])
            word = word[max(1, fits) :]
        line = word
    return [*lines, line] if line else lines


def tile(draw, goal, x, y, size=TILE):
    """The square of a goal: its colour and its number."""
    draw.rectangle((x, y, x + size - 1, y + size - 1), fill=goal.colour)
    middle = (x + size / 2, y + size / 2)
    draw.text(middle, str(goal.number), _ink(goal), font(size * 0.52), anchor="mm", stroke_width=0.7)


def _big_tile(draw, goal):
    """The main goal in the place of a picture."""
    draw.rectangle((PANEL, 0, WIDTH, HEIGHT), fill=goal.colour)
    middle = (PANEL + WIDTH) / 2
    draw.text((middle, 280), str(goal.number), _ink(goal), font(260), anchor="mm", stroke_width=3)
    for n, line in enumerate(wrap(plain(goal.name), 38, WIDTH - PANEL - 2 * GAP)[:3]):
        draw.text((middle, 460 + n * 46), line, _ink(goal), font(38), anchor="mm", stroke_width=38 * SEMIBOLD)


def _ink(goal):
    return WHITE if goal.number in WHITE_ON else DARK


def _photo(picture):
    """The middle of the picture in the size of its place; None if there is none that can be read."""
    size = (WIDTH - PANEL, HEIGHT)
    for name in _files(picture, size) if picture else []:
        try:
            with picture.image.storage.open(name) as file, Image.open(file, formats=["JPEG", "PNG", "WEBP"]) as image:
                image.draft("RGB", size)
                return ImageOps.fit(image.convert("RGB"), size)
        except OSError:  # the file is not there, or damaged
            continue
    return None


def _files(picture, size):
    """Names of the stored files to try: the smallest that is large enough, which is read in no time, and the whole."""
    width = max(size[0], size[1] * picture.width / picture.height)
    renditions = picture.image.aspect_ratios[None]["WEBP"]
    enough = [renditions[one].name for one in sorted(renditions) if one >= width]
    return [*enough[:1], picture.image.name]


# Letters


@cache
def font(size):
    return ImageFont.load_default(size)


@cache
def _drawn(character):
    """Whether the font has the character: one that it lacks is drawn like this one, which no font has."""
    return bytes(font(40).getmask(character)) != bytes(font(40).getmask("\uffff"))


def plain(text):
    """`text` in letters that the font has; empty if it has one that can't be drawn even without its accents."""
    text = unicodedata.normalize("NFKD", " ".join(text.split()).translate(NOT_TWO_CHARACTERS))
    text = "".join(character for character in text if not unicodedata.combining(character))
    return text if all(map(_drawn, set(text))) else ""
