"""Pictures for the demonstration world: a skyline in the colour of the case's main goal, the same for the same name."""

import io
import random

from PIL import Image, ImageColor, ImageDraw

SIZE = WIDTH, HEIGHT = 1280, 720
STORED = (960, 540)


def skyline(name, colour):
    """JPEG bytes of a 960 x 540 picture."""
    dice = random.Random(name)  # noqa: S311 - a drawing, not a secret
    base = ImageColor.getrgb(colour)
    picture = Image.new("RGB", SIZE, _mix(base, (255, 255, 255), 0.82))
    draw = ImageDraw.Draw(picture)
    x, y, radius = dice.randint(200, WIDTH - 200), dice.randint(130, 260), dice.randint(60, 110)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_mix(base, (255, 255, 255), 0.55))
    for layer, ground in enumerate((430, 520, 620)):
        shade = _mix(base, (20, 28, 40), 0.15 + 0.25 * layer)
        if dice.random() < 0.4:
            _hills(draw, dice, ground - 40, shade)
        _houses(draw, dice, ground, shade, light=_mix(base, (255, 255, 255), 0.6) if layer == 2 else None)
    out = io.BytesIO()
    picture.resize(STORED, Image.Resampling.BOX).save(out, "JPEG", quality=80)
    return out.getvalue()


def _mix(one, other, share):
    return tuple(round(a * (1 - share) + b * share) for a, b in zip(one, other, strict=True))


def _hills(draw, dice, ground, shade):
    x = -200
    while x < WIDTH:
        width, height = dice.randint(400, 700), dice.randint(120, 260)
        draw.ellipse((x, ground - height, x + width, ground + 400), fill=shade)
        x += dice.randint(200, 400)


def _houses(draw, dice, ground, shade, light):
    draw.rectangle((0, ground, WIDTH, HEIGHT), fill=shade)
    x = -dice.randint(0, 60)
    while x < WIDTH:
        width, height = dice.randint(40, 130), dice.choice([40, 70, 110, 160, 230]) + dice.randint(-15, 15)
        top = ground - height
        if dice.random() < 0.3:
            draw.polygon(((x, top), (x + width // 2, top - 36), (x + width, top)), fill=shade)
        draw.rectangle((x, top, x + width, HEIGHT), fill=shade)
        if light:
            for row in range(top + 14, ground + 60, 30):
                for column in range(x + 10, x + width - 12, 24):
                    if dice.random() < 0.35:
                        draw.rectangle((column, row, column + 9, row + 13), fill=light)
        x += width + dice.choice([0, 4, 18])
