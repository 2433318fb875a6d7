from django.conf import settings
from django.core.management.base import BaseCommand
from PIL import Image, ImageDraw

from policies import cards
from sdgs.models import Goal

IMAGES = settings.BASE_DIR / "static" / "img"
SENTENCE = "City policies from Asia and the Pacific, told by the cities themselves."


class Command(BaseCommand):
    help = "Draw the pictures that are kept in static/img: the card of pages that have none of their own, the touch icon."

    def handle(self, **options):
        (IMAGES / "card.png").write_bytes(card())
        (IMAGES / "touch-icon.png").write_bytes(touch_icon())


def card():
    """PNG bytes, 1200 x 630: the name of the site, what it is, the colours of the 17 goals."""
    picture = Image.new("RGB", cards.SIZE, cards.TEAL)
    draw = ImageDraw.Draw(picture)
    cards.write(draw, settings.SITE_NAME, cards.MARGIN, 120, sizes=[84], lines=3, fill=cards.WHITE)
    cards.write(draw, SENTENCE, cards.MARGIN, 450, sizes=[34], lines=3, fill=cards.SAND)
    step = (cards.HEIGHT - 2 * cards.MARGIN + cards.GAP) // 6
    places = [(cards.WIDTH - cards.MARGIN - 3 * step + n % 3 * step, cards.MARGIN + n // 3 * step) for n in range(18)]
    for goal, (x, y) in zip(Goal.objects.all(), places, strict=False):
        cards.tile(draw, goal, x, y, step - cards.GAP)
    cards.mark(draw, *places[-1], step - cards.GAP)
    return cards.png(picture)


def touch_icon():
    """PNG bytes, 180 x 180: the mark; telephones cut the corners themselves."""
    size = 180
    picture = Image.new("RGB", (size, size))
    cards.mark(ImageDraw.Draw(picture), 0, 0, size)
    return cards.png(picture)
