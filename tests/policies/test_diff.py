import html
import re
import time

import pytest
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.diff import BREAK, blocks, word_diff

WORDS = ["the", "city", "bus", "<b>", "&amp;", "<script>", "11.2", "물", "日本", "市", "\n", "</ins>", "<del>"]
plain = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=60)
rich = st.lists(plain, max_size=4).map(lambda lines: "".join(f"<p>{html.escape(line)}</p>" for line in lines))


def words(text):
    return [word for line in blocks(text) for word in line]


def without(mark, marked):
    """The text that stands when everything marked so is taken away, as words."""
    kept = re.sub(rf"<{mark}>.*?</{mark}>", " ", marked, flags=re.DOTALL)
    text = html.unescape(re.sub(r"</?(ins|del)>", "", kept))
    return re.findall(r"\S", text)


@given(plain | rich, plain | rich)
@settings(max_examples=300, deadline=None)
def test_each_side_can_be_read_back_and_nothing_stays_unescaped(old, new):
    marked = word_diff(old, new)

    assert without("ins", marked) == re.findall(r"\S", " ".join(words(old)))
    assert without("del", marked) == re.findall(r"\S", " ".join(words(new)))
    assert "<" not in re.sub(r"</?(ins|del)>", "", marked)


@given(plain | rich)
def test_equal_texts_have_no_marks(text):
    marked = word_diff(text, text)
    assert (re.findall(r"<\w+>", marked), type(marked)) == ([], SafeString)


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("", "", ""),
        (None, "A bus", "<ins>A bus</ins>"),
        ("A bus", "", "<del>A bus</del>"),
        ("A slow bus", "A fast bus", "A <del>slow</del> <ins>fast</ins> bus"),
        ("Bus  lanes\r\n", "Bus lanes", "Bus lanes"),
        ("<p>One</p><p>Two</p>", "<p>One</p><p>Two more</p>", "One\nTwo <ins>more</ins>"),
        ("<p><strong>One</strong></p>", "<p>One</p>", "One"),
        ("<p>a &amp; b</p>", "<p>a &lt; b</p>", "a <del>&amp;</del> <ins>&lt;</ins> b"),
        (
            "<script>x</script>",
            "<script>y</script>",
            "<del>&lt;script&gt;x&lt;/script&gt;</del> <ins>&lt;script&gt;y&lt;/script&gt;</ins>",
        ),
        ("上海市", "上海港", "上海<del>市</del><ins>港</ins>"),
        (12, 14, "<del>12</del> <ins>14</ins>"),
        (
            '<p>See <a href="https://a.example">here</a></p>',
            '<p>See <a href="https://b.example">here</a></p>',
            "See here <del>[https://a.example]</del> <ins>[https://b.example]</ins>",
        ),
    ],
)
def test_what_a_reader_sees(old, new, marked):
    assert word_diff(old, new) == marked


def test_long_texts_cost_little_and_still_show_the_changed_words():
    lines = [f"Line {n} of a very long report about the same bus and the same city." for n in range(1500)]
    changed = [*lines[:700], "Line 700 is new.", *lines[701:]]
    started = time.perf_counter()
    marked = word_diff("\n".join(lines), "\n".join(changed))
    worst = word_diff("\n".join(["a b c"] * 5000), "\n".join(["c b a d"] * 5000))

    assert time.perf_counter() - started < 3
    assert "Line 700 <del>of a very long report about the same bus and the same city.</del> <ins>is new.</ins>" in marked
    assert (marked.count("<ins>"), worst.count("<ins>")) == (1, 1)
    assert BREAK in marked
