"""What changed between two texts, word by word: cleaned, compared, escaped, and only then marked."""

import re
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import pairwise, zip_longest

from django.utils.html import escape
from django.utils.safestring import mark_safe

BREAK = "\n"  # the token between two blocks
# Characters of scripts that are written without spaces: each is a word of its own.
UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60"
WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
ALONE = re.compile(rf"[{UNSPACED}]")
HTML = re.compile(r"\s*<(p|h[1-6]|ul|ol|blockquote|pre|div)\b", re.IGNORECASE)
BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "div", "br"}

# Beyond this many words on one side whole blocks are compared, beyond as many blocks nothing is.
MOST = 2000


class _Text(HTMLParser):
    """Collects the text of HTML: blocks on lines of their own, the address of a link behind its words."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.addresses = [], []

    def handle_starttag(self, tag, attrs):
        if tag in BLOCKS:
            self.pieces.append(BREAK)
        elif tag == "a":
            self.addresses.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.pieces.append(BREAK)
        elif tag == "a" and self.addresses and (address := self.addresses.pop()):
            self.pieces.append(f" [{address}] ")

    def handle_data(self, data):
        self.pieces.append(" ".join(data.split("\n")))


def blocks(text):
    """The words of `text` (HTML of the story, or plain), one list for each paragraph or line that has any."""
    if HTML.match(text):
        reader = _Text()
        reader.feed(text)
        reader.close()
        text = "".join(reader.pieces)
    return [words for line in text.splitlines() if (words := WORD.findall(line))]


def word_diff(old, new):
    """Safe HTML of `new` compared with `old`: words that went in <del>, words that came in <ins>.

    Both may be HTML of the story or plain text (blocks become lines, for `white-space: pre-line`); differences
    of space and of markup other than a link's address don't count.
    """
    before, after = blocks(str(old or "")), blocks(str(new or ""))
    if before == after:
        return mark_safe(escape(_join(_flat(after))))
    parts = _merged(_changes(before, after))
    html = [escape(_join(words)) if mark == "=" else f"<{mark}>{escape(_join(words))}</{mark}>" for mark, words in parts]
    gaps = [_gap(one[-1], two[0]) for (_, one), (_, two) in pairwise(parts)]
    return mark_safe("".join(piece + gap for piece, gap in zip_longest(html, gaps, fillvalue="")))


def _flat(paragraphs):
    """One list of words, with BREAK between paragraphs."""
    return [word for n, words in enumerate(paragraphs) for word in ([BREAK] if n else []) + words]


def _gap(one, two):
    joined = BREAK in (one, two) or (ALONE.match(one) and ALONE.match(two))
    return "" if joined else " "


def _join(words):
    return "".join(word + gap for word, gap in zip_longest(words, [_gap(a, b) for a, b in pairwise(words)], fillvalue=""))


def _changes(before, after):
    """Yields (mark, words) with mark "=", "del" or "ins"; the cost is bounded, see MOST."""
    one, two = _flat(before), _flat(after)
    if max(len(one), len(two)) <= MOST:
        yield from _compare(one, two)
    elif max(len(before), len(after)) <= MOST:
        yield from _compare_blocks(before, after)
    else:
        yield from [("del", one), ("ins", two)]


def _compare(one, two):
    for kind, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "=", one[a:b]
        else:
            yield from [("del", one[a:b]), ("ins", two[c:d])]


def _compare_blocks(before, after):
    """Like _compare for long texts: unchanged blocks are found first, and only what is between them is compared by word."""
    one, two = ([(*words, BREAK) for words in paragraphs] for paragraphs in (before, after))
    for kind, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        old, new = ([word for words in part for word in words] for part in (one[a:b], two[c:d]))
        if kind == "equal":
            yield "=", old
        elif max(len(old), len(new)) <= MOST // 4:
            yield from _compare(old, new)
        else:
            yield from [("del", old), ("ins", new)]


def _merged(changes):
    """Neighbours with the same mark as one."""
    parts = []
    for mark, words in changes:
        if parts and words and parts[-1][0] == mark:
            parts[-1] = (mark, parts[-1][1] + list(words))
        elif words:
            parts.append((mark, list(words)))
    return parts
