import os
import threading
import time

import pytest

from workbook.grading.nbval import run as nbval_run
from workbook.grading.nbval.results import one_line, sanitise
from workbook.grading.nbval.run import run_group, run_notebooks

ERROR = "from workbook.errors import WorkbookError\nraise WorkbookError('affine_forward is to do')"


def outcomes(result):
    return [cell.outcome for cell in result.cells]


def test_each_cell_has_its_own_result(write, tmp_path):
    path = write(
        "Good",
        write.code("x = 3"),
        write.check(
            "print('out: error 1e-09 (limit 1e-07) ok')",
            "a",
            "out: error 3.5e-10 (limit 1e-07) ok\n",
        ),
        write.check(
            "print('out: error 2e-01 (limit 1e-07) NOT ok')",
            "b",
            "out: error 1e-9 (limit 1e-07) ok\n",
        ),
        write.check("print(x)", "c"),
        write.code(ERROR),
        write.code("1 / 0"),
        write.code("# NBVAL_SKIP\n1 / 0"),
    )
    on_cell = []
    [result] = run_group([path], on_cell=lambda r, c: on_cell.append((r.path, c.cell)))
    assert outcomes(result) == ["pass", "pass", "fail", "pass", "fail", "fail", "skipped"]
    assert [cell.exercise for cell in result.cells[1:4]] == ["a", "b", "c"]
    assert [cell.line for cell in result.failed] == [
        "its output is not the stored one",
        "affine_forward is to do",
        "ZeroDivisionError: division by zero",
    ]
    assert result.cells[4].detail == "affine_forward is to do"
    assert "NOT ok" in result.cells[2].detail
    assert not result.ok and not result.problem
    assert on_cell == [(path, number) for number in range(7)]
    if os.name != "nt":
        assert 20 < result.peak_megabytes < 1000


def test_what_student_code_prints_is_not_compared_beside_verdicts(write):
    line = "out: error 1e-09 (limit 1e-07) ok"
    talk = "import warnings; print('x is 3'); warnings.warn('careful')\n"
    [result] = run_group(
        [
            write(
                "Talk",
                write.check(f"{talk}print({line!r})", "a", f"a heading\n{line}\n"),
                write.check(f"{talk}print('nothing else')", "b", f"{line}\n"),
                write.check(f"print({line!r}); print({line!r})", "c", f"{line}\n"),
                write.check("print('x is 3')", "d", "y is 3\n"),
            )
        ]
    )
    assert outcomes(result) == ["pass", "fail", "fail", "fail"]


def test_the_kernel_sees_what_the_run_is_for(write, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "x")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    source = (
        "import os\n"
        "assert os.environ['WORKBOOK_STATIC'] == '1'\n"
        f"assert os.environ['WORKBOOK_EXERCISES'] == {str(tmp_path)!r}\n"
        "assert os.environ['OMP_NUM_THREADS'] == '1'\n"
        "assert not [name for name in os.environ if name.startswith('PYTEST_')]\n"
        "assert os.environ.get('MPLBACKEND') != 'Agg'\n"
        f"assert os.path.basename(os.getcwd()) == 'notebooks'"
    )
    [result] = run_group([write("Seen", write.code(source))], exercises=tmp_path)
    assert result.ok, result.cells


def test_one_bad_notebook_spoils_no_other(write):
    unreadable = write("Unreadable")
    unreadable.write_text("{", encoding="utf-8")
    paths = [
        unreadable,
        write("Dead", write.code("import os"), write.code("os._exit(1)"), write.code("1")),
        write("Empty"),
        write("Good", write.code("1")),
    ]
    began = time.monotonic()
    broken, dead, empty, good = run_notebooks(paths, jobs=2, cell_timeout=300)
    assert "Unreadable.ipynb cannot be read" in broken.problem and not broken.ok
    # Noticed, not waited for: nbval alone would take the whole 300 s.
    assert outcomes(dead) == ["pass", "crashed", "missing"]
    assert time.monotonic() - began < 250
    assert empty.ok and not empty.cells
    assert good.ok and outcomes(good) == ["pass"]


def test_a_kernel_that_cannot_start_is_not_the_notebooks_doing(write, monkeypatch, tmp_path):
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = run_group([write("One", write.code("1")), write("Two", write.code("1"))])
    for result in found:
        assert outcomes(result) == ["missing"]
        assert "its kernel did not start" in result.problem


@pytest.mark.slow
def test_cells_that_never_end(write, monkeypatch):
    monkeypatch.setattr(nbval_run, "GRACE", 12)
    ignore = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    paths = [
        write("Loop", write.code("while True: pass"), write.code("1")),
        # As the Solver does: Ctrl-C ends it well, and nbval alone would let it pass.
        write(
            "Polite",
            write.code("try:\n    while True: pass\nexcept KeyboardInterrupt: pass"),
            write.code("1"),
        ),
        # Ignores the interrupt, and talks so that nbval never stops listening.
        write(
            "Flood", write.code(ignore + "while True: time.sleep(0.05); print(1)"), write.code("1")
        ),
    ]
    loop, polite, flood = run_notebooks(paths, jobs=2, cell_timeout=2)
    for result in loop, polite:
        assert outcomes(result) == ["timeout", "pass"]
        assert result.cells[0].line == "Timeout of 2 seconds exceeded executing cell"
    assert outcomes(flood) == ["timeout", "missing"]
    assert flood.cells[0].line.startswith("hung: nothing was heard")


@pytest.mark.skipif(os.name == "nt", reason="process groups")
def test_stopping_ends_the_kernel_too(write, tmp_path):
    note = tmp_path / "pid"
    path = write(
        "Long",
        write.code("1"),
        write.code(
            f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
        ),
    )
    stop = threading.Event()

    def wait_and_stop():
        until = time.monotonic() + 120
        while not (note.exists() and note.read_text()) and time.monotonic() < until:
            time.sleep(0.1)
        stop.set()

    watcher = threading.Thread(target=wait_and_stop)
    watcher.start()
    [result] = run_group([path], stop=stop)
    watcher.join()
    assert outcomes(result) == ["pass", "missing"]
    pid = int(note.read_text())
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the kernel lives on")


def test_digits_are_not_compared_but_verdicts_are():
    seen = sanitise("dx: error 1.25e-09 (limit 1e-07) ok")
    assert seen == sanitise("dx: error  3e-10 (limit 1e-07) ok")
    assert seen != sanitise("dx: error 1.25e-09 (limit 1e-07) NOT ok")
    assert seen != sanitise("dw: error 1.25e-09 (limit 1e-07) ok")
    assert sanitise("[[ 0.5 -1.25]\n [10.   3.  ]]") != sanitise("nan")


@pytest.mark.parametrize(
    "error, detail, line",
    [
        ("Cell execution caused an exception", "\n\x1b[31mtwo\x1b[0m\nlines", "two lines"),
        ("Cell execution caused an exception", "a\nb\nc\nValueError: last", "ValueError: last"),
        ("Kernel dead on test start", "", "Kernel dead on test start"),
        (
            "Timeout of 4 seconds exceeded",
            "a\nb\nKeyboardInterrupt:",
            "Timeout of 4 seconds exceeded",
        ),
        ("", "", "no reason given"),
    ],
)
def test_one_line_says_it(error, detail, line):
    assert one_line(error, detail) == line
