"""The notebook's cell: the page below it, and as a file unless notebooks run for their record."""

import pytest

from workbook.errors import UsageError
from workbook.widgets.portrait import notebook_api, portrait, training
from workbook.widgets.portrait import page as drawn


@pytest.fixture
def shown(found, whole, monkeypatch, tmp_path):
    """What the cell displays; training is over at once."""
    shown = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook_api.locations, "exercises_folder", lambda: tmp_path)
    monkeypatch.setattr(
        notebook_api, "passing_exercises", lambda folder, ids: {p for p in ids if "sgd" not in p}
    )
    monkeypatch.setattr(training, "train_parts", lambda plan, on_progress, keep: found)
    monkeypatch.setattr(notebook_api, "display", lambda thing: shown.append(thing.data))
    return shown


def test_the_page_is_written_and_shown(shown, monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("WORKBOOK_STATIC", raising=False)
    portrait()
    page = (tmp_path / "my-network.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "My network" in page
    assert len(shown) == 1 and "&lt;!doctype html&gt;" in shown[0]
    assert "Wrote my-network.html" in capsys.readouterr().out
    monkeypatch.setattr(drawn, "render_page", lambda *_: page)
    portrait()  # An older portrait is replaced,
    (tmp_path / "other.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="no portrait"):  # any other file is not.
        portrait("other.html")
    assert (tmp_path / "other.html").read_text(encoding="utf-8") == "mine"


def test_a_run_for_the_record_writes_no_file(shown, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("WORKBOOK_STATIC", "1")
    monkeypatch.setattr(drawn, "render_page", lambda *_: "the page")
    portrait()
    assert len(shown) == 1 and not list(tmp_path.iterdir())
    assert "200 pictures" in capsys.readouterr().out


def test_stopped_or_with_nothing_finished_it_says_so(shown, monkeypatch, tmp_path, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.delenv("WORKBOOK_STATIC", raising=False)
    monkeypatch.setattr(training, "train_parts", stopped)
    portrait()
    assert "no page was written" in capsys.readouterr().out
    monkeypatch.setattr(notebook_api, "passing_exercises", lambda folder, ids: set())
    portrait()
    assert "no finished network" in capsys.readouterr().out
    assert not shown and not list(tmp_path.iterdir())
