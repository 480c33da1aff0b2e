"""The page: everything in one file, and nothing in it about whose it is."""

import base64
import dataclasses
import re
import struct
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbook.release.strip_outputs import PersonalTraces
from workbook.widgets.portrait import page

VOID = {"meta", "img", "br"}


@pytest.fixture(scope="module")
def rendered(whole, found):
    return page.render_page(whole, found)


class Reader(HTMLParser):
    """Keeps the tags that are open, all ids and addresses, and the words."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.addresses, self.words = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs["id"]] if "id" in attrs else []
        keys = ("src", "href", "xlink:href", "action", "data")
        self.addresses += [attrs[key] for key in keys if key in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader


def test_it_shows_curves_filters_accuracy_and_speed(rendered):
    words = " ".join(" ".join(read(rendered).words).split())
    assert rendered.count("<svg") == 4
    # 3 moments and 24 units, 2 nets' confused pairs, the tries of the first net only.
    assert rendered.count("<img") == 3 + 1 + 2 + 4
    assert "96 % of 70 pictures" in words
    assert "fell from 2.30 to 0.88" in words
    assert "T-shirt/top, taken for shirt: 3 of 7" in words
    assert "3,100 ×" in words and "1,000 ms" in words and "0.2 ms" in words
    assert "shirt, but it is: T-shirt/top" in words


def test_it_needs_no_other_file_and_ids_are_unique(rendered):
    reader = read(rendered)
    assert len(set(reader.ids)) == len(reader.ids) > 20
    known = {f"#{name}" for name in reader.ids}
    inside = [a for a in reader.addresses if not a.startswith("data:image/png;base64,")]
    assert inside and set(inside) <= known
    assert set(re.findall(r"url\(([^)]*)\)", rendered)) <= known
    assert "default-src 'none'" in rendered
    assert "<script" not in rendered


def test_no_name_path_or_date_is_in_it(rendered, tmp_path):
    packed = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", rendered)
    bare = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", rendered)
    assert not PersonalTraces(tmp_path).found_in(bare)
    assert not PersonalTraces(Path(__file__).parents[3]).found_in(bare)
    assert not re.search(r"\b20\d\d-\d\d|\d\d:\d\d\b|http://(?!www\.w3\.org)", bare)
    for data in map(base64.b64decode, packed):
        at, kinds = 8, []
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at : at + 8])
            kinds.append(kind)
            at += length + 12
        assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


def test_the_same_results_make_the_same_page(whole, found, rendered):
    assert page.render_page(whole, found) == rendered


def test_a_page_with_the_solutions_says_so(whole, found):
    # The nets take time to draw, and say nothing of whose they are.
    parts = tuple(part for part in whole.parts if part.name == "speed")
    made = page.render_page(dataclasses.replace(whole, parts=parts, own=False), found)
    assert "made with the model answers" in made
    assert " I " not in " ".join(read(made).words)


def test_what_is_not_finished_is_not_there(whole, found):
    parts = tuple(part for part in whole.parts if part.name == "speed")
    made = page.render_page(dataclasses.replace(whole, parts=parts), {"speed": found["speed"]})
    assert "<svg" not in made and "<img" not in made and "3,100 ×" in made


def test_a_data_set_of_ones_own_is_not_named(whole, found, monkeypatch):
    class Own:
        name = "idx"
        path = Path("Zoe's pictures")

        def class_names(self):
            return ("0", "1")

    monkeypatch.setattr(page.registry, "find", Own)
    parts = tuple(part for part in whole.parts if part.name == "connected")
    made = page.render_page(
        dataclasses.replace(whole, parts=parts), {"connected": found["connected"]}
    )
    assert "Zoe" not in made and "4,000 pictures, each" in made
