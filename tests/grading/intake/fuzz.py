"""Damaged archives and odd folders, by the thousand: every one ends in a verdict for its sender.

    python tests/grading/intake/fuzz.py --count 20000 --seed 1

Each input depends on the seed and its number alone. A class of a few hundred inputs, with an
honest neighbour, is read at a time, as `workbook grade` reads it. What is wrong is printed, and the
exit code is 1 then.
"""

import argparse
import contextlib
import gzip
import io
import os
import random
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from workbook import curriculum
from workbook.grading.intake.scheme import default_scheme
from workbook.grading.intake.submissions import StudentEntry, gather

CODE = b"def affine_forward(x, w, b):\n    raise NotImplementedError\n"
NEIGHBOUR = "zz-neighbour"
# Megabytes that the coordinator may take for a class of small inputs.
MOST_MEMORY = 400

NAMES = (
    *("layers.py", "optim.py", "exercises/layers.py", "classifiers/fc_net.py", "scratch/nets.py"),
    *("a/layers.py", "b/layers.py", "layers (1).py", "layers-checkpoint.py", "./layers.py"),
    *("../layers.py", "/layers.py", "C:\\layers.py", "a\\layers.py", "manifest.json", "", "/", "."),
    *("x" * 300 + "/layers.py", "\u00b2/layers.py", "\x1b[31m/layers.py", "\ufeff/layers.py"),
    *("solutions/layers.py", "__MACOSX/._layers.py", "._layers.py", ".venv/layers.py", "notes.txt"),
    *("layers.py/optim.py", "a/" * 200 + "layers.py", "con/layers.py", "layers.py ", "LAYERS.PY"),
)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
ENDINGS = (".zip", ".ZIP", ".tar.gz", ".tgz", "", ".py", ".rar", ".txt", ".pdf", ".docx")


def content(rng: random.Random) -> bytes:
    """Return what a file holds: code most of the time."""
    return rng.choice(
        [
            CODE,
            CODE + rng.randbytes(rng.randrange(200)),
            b"",
            b"\0" * rng.choice([10, 5000, 3_000_000]),
            b'{"receipt": "ABCD-EFGH"}',
            b"[" * 5000,
            b"\xef\xbb\xbf" + CODE,
        ]
    )


def zipped(rng: random.Random) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice(METHODS)) as archive:
        for _ in range(rng.randrange(1, 6)):
            info = zipfile.ZipInfo(rng.choice(NAMES))
            info.compress_type = rng.choice(METHODS)
            if rng.random() < 0.2:
                info.external_attr = rng.randrange(2**32)
            if rng.random() < 0.1:
                info.extra = rng.randbytes(rng.randrange(40))
            archive.writestr(info, content(rng))
        archive.comment = rng.randbytes(rng.choice([0, 0, 30]))
    return out.getvalue()


def zip_fields(rng: random.Random, data: bytearray) -> None:
    """Put odd numbers into the fields of a zip archive's headers."""
    for mark, size in ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46), (b"PK\x05\x06", 22)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if rng.random() < 0.4:
                width, kind = rng.choice([(2, "<H"), (4, "<L")])
                place = at + rng.randrange(4, size - width + 1)
                most = 2 ** (8 * width) - 1
                if place + width <= len(data):
                    number = rng.choice([0, 1, 8, 12, 14, 93, most, most - 1, rng.randrange(most)])
                    struct.pack_into(kind, data, place, number)


def tarred(rng: random.Random) -> bytes:
    """Return a tar archive, perhaps with headers that lie."""
    out = io.BytesIO()
    form = rng.choice(FORMATS)
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for _ in range(rng.randrange(1, 6)):
            info = tarfile.TarInfo(rng.choice(NAMES) or "x")
            data = content(rng)
            info.size = len(data)
            info.mode = rng.randrange(0o10000)
            if rng.random() < 0.3:
                info.type = rng.choice([tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, b"D"])
                info.linkname, info.size, data = "layers.py", 0, b""
            if form == tarfile.PAX_FORMAT and rng.random() < 0.3:
                key = rng.choice(["path", "size", "mtime", "GNU.sparse.major", "GNU.sparse.map"])
                info.pax_headers = {key: rng.choice(["1", "-1", "9" * 30, "nan", "x" * 5000, ""])}
            with contextlib.suppress(ValueError):  # A name that the format has no room for.
                archive.addfile(info, io.BytesIO(data))
    data = bytearray(out.getvalue())
    if rng.random() < 0.5:
        for at in range(0, len(data) - 511, 512):
            if data[at + 257 : at + 262] == b"ustar" and rng.random() < 0.5:
                tar_field(rng, data, at)
    return bytes(data)


def tar_field(rng: random.Random, data: bytearray, at: int) -> None:
    """Change one field of a header and make its checksum right again."""
    if rng.random() < 0.5:
        data[at + 156] = rng.choice(b"0123456789DKLMNSVXgx\0")
    start, width = rng.choice([(100, 8), (108, 8), (124, 12), (136, 12), (345, 155), (386, 12)])
    number = rng.choice([b"0", b"7" * 11, b"-1", b"x", b"\x80" + b"\x7f" * 11, b"\xff" * 12])
    data[at + start : at + start + width] = number[:width].ljust(width, b"\0")
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Return bytes that were flipped, cut, repeated or put in."""
    found = bytearray(data)
    for _ in range(rng.choice([0, 1, 1, 2, 5, 30])):
        if not found:
            break
        at = rng.randrange(len(found))
        way = rng.randrange(5)
        if way <= 1:
            found[at] ^= 1 << rng.randrange(8)
        elif way == 2:
            del found[at : at + rng.choice([1, 4, 100, len(found)])]
        elif way == 3:
            found[at:at] = rng.randbytes(rng.choice([1, 4, 100]))
        else:
            found[at:at] = found[at : at + rng.randrange(1, 600)]
    return bytes(found)


def make_zip(rng: random.Random, place: Path) -> None:
    data = bytearray(zipped(rng))
    if rng.random() < 0.6:
        zip_fields(rng, data)
    place.with_name(place.name + ".zip").write_bytes(damaged(rng, bytes(data)))


def make_tar(rng: random.Random, place: Path) -> None:
    packed = gzip.compress(tarred(rng), compresslevel=1, mtime=0)
    if rng.random() < 0.4:
        packed = damaged(rng, packed)
    place.with_name(place.name + rng.choice([".tar.gz", ".tgz"])).write_bytes(packed)


def make_bomb(rng: random.Random, place: Path) -> None:
    """A header that announces far more than there is, or very much of nothing."""
    header = tarfile.TarInfo("layers.py" if rng.random() < 0.5 else "big.bin")
    header.type = rng.choice([tarfile.REGTYPE, b"x", b"g", b"L", b"K", b"S", b"D"])
    header.size = rng.choice([2**20, 2**24, 2**30, 2**40, 2**62])
    data = header.tobuf(tarfile.GNU_FORMAT) + b"\0" * rng.choice([0, 512, 2**20, 2**24])
    place.with_name(place.name + ".tar.gz").write_bytes(gzip.compress(data, 1, mtime=0))


def make_other(rng: random.Random, place: Path) -> None:
    """A file that is no archive, whatever its name says."""
    start = rng.choice([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"Rar!", b"%PDF", CODE])
    data = start + rng.randbytes(rng.choice([0, 0, 3, 50, 2000]))
    path = place.with_name(place.name + rng.choice(ENDINGS))
    path.write_bytes(data)
    if rng.random() < 0.1:
        with contextlib.suppress(OSError, OverflowError):
            os.utime(path, (rng.choice([-1e9, 1e11, 4e11]),) * 2)


def make_special(rng: random.Random, place: Path) -> None:
    """A link, a pipe or a socket."""
    path = place.with_name(place.name + rng.choice(["", ".zip", ".tar.gz"]))
    way = rng.randrange(4)
    if way == 0:
        os.mkfifo(path)
    elif way == 1:
        path.symlink_to(rng.choice(["/", "/dev/zero", "/proc/self/mem", path.name, "none", ".."]))
    elif way == 2:
        bind(path)
    else:
        path.mkdir()
        path.chmod(0)


def bind(path: Path) -> None:
    """Make a socket; its address may not be long, so it is named from its folder."""
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def make_folder(rng: random.Random, place: Path) -> None:
    """A tree with everything in it that a file system allows."""
    place.mkdir()
    folders = [place]
    for _ in range(rng.choice([1, 5, 30])):
        above = rng.choice(folders)
        name = rng.choice([*map(os.path.basename, NAMES), "a", "attempt 2", "\u00b2", "v\u00b3"])
        path = above / (name.strip("/") or "b")
        if os.path.lexists(path):
            continue  # To write to a pipe would wait for its reader.
        with contextlib.suppress(OSError, ValueError):
            way = rng.randrange(12)
            if way <= 4:
                path.write_bytes(content(rng))
            elif way <= 7:
                path.mkdir()
                folders.append(path)
            elif way == 8:
                path.symlink_to(rng.choice(["/", ".", "..", "/etc/passwd", "none", path.name]))
            elif way == 9:
                os.mkfifo(path)
            elif way == 10:
                (above / f"w{len(folders)}.zip").write_bytes(damaged(rng, zipped(rng)))
            else:
                (above / os.fsdecode(rng.randbytes(8).replace(b"/", b"_"))).write_bytes(CODE)
    if rng.random() < 0.03:
        nested(place, rng.choice([100, 1500, 2500]))
    for path in reversed(folders[1:]):  # Inner ones first: a closed folder lets nobody in.
        if rng.random() < 0.1:
            path.chmod(0)


def nested(place: Path, depth: int) -> None:
    """Put folders into one another, deeper than a path may be long."""
    current = os.open(place, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=current)
        inner = os.open("d", os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
    os.close(current)


MAKERS: tuple[tuple[Callable[[random.Random, Path], None], int], ...] = (
    *((make_zip, 40), (make_tar, 25), (make_folder, 20), (make_other, 8)),
    *((make_special, 5), (make_bomb, 2)),
)


def make(folder: Path, seed: int, number: int) -> str:
    """Write the input of a number; return its sender."""
    rng = random.Random(f"{seed}/{number}")
    student = f"s{number:06}"
    ways, weights = zip(*MAKERS, strict=True)
    [way] = rng.choices(ways, weights)
    way(rng, folder / student)
    return student


def wrong(entry: StudentEntry | None) -> str:
    """Return what is wrong with a verdict; empty if it is one."""
    if entry is None:
        return "no entry"
    if not entry.attempts:
        return "no attempt"
    for attempt in entry.attempts:
        submission = attempt.submission
        if not (attempt.invalid or submission.files or submission.problems):
            return "neither files nor a reason"
        if set(submission.files) - set(curriculum.load().files()):
            return "a file that is no exercise"
        for text in (
            attempt.invalid,
            attempt.source,
            *attempt.notes,
            *submission.problems.values(),
        ):
            if not text.isprintable() or len(text) > 600:
                return f"a text that is none: {text[:80]!r}"
    return ""


def run_class(seed: int, numbers: range) -> tuple[Counter[str], list[str]]:
    """Read a class of inputs and an honest neighbour; return the kinds of verdicts and failures."""
    folder = Path(tempfile.mkdtemp(prefix="workbook-fuzz-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of names that are twice in an archive.
            students = [make(folder, seed, number) for number in numbers]
        with zipfile.ZipFile(folder / f"{NEIGHBOUR}.zip", "w") as archive:
            archive.writestr("layers.py", CODE)
        try:
            found = gather(folder, default_scheme())
        except Exception as error:
            return Counter(), [f"{numbers}: the class ended with {error!r}"]
        entries = {entry.student.id: entry for entry in found.entries}
        failed = [f"{name}: {why}" for name in students if (why := wrong(entries.get(name)))]
        neighbour = entries.get(NEIGHBOUR)
        if not neighbour or neighbour.attempts[0].submission.files != {"layers.py": CODE}:
            failed.append(f"{numbers}: the neighbour did not get its verdict")
        kinds = Counter(_kind(entries[name]) for name in students if name in entries)
        return kinds, failed
    finally:
        _remove(folder)


def _kind(entry: StudentEntry) -> str:
    if any(attempt.invalid for attempt in entry.attempts):
        return "invalid"
    return "problem" if any(a.submission.problems for a in entry.attempts) else "read"


def _remove(folder: Path) -> None:
    # Folders lie deeper than a path may be long: `rm` goes down step by step, `rmtree` does not.
    remove = ["rm", "-rf", folder]
    if subprocess.run(remove, check=False, stderr=subprocess.DEVNULL).returncode:
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(remove, check=True)


def memory() -> int:
    """Return the most memory that this process has had, in megabytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Run the inputs that the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--at-a-time", type=int, default=250)
    asked = parser.parse_args()
    began, total, failures = time.monotonic(), Counter[str](), 0
    end = asked.start + asked.count
    for start in range(asked.start, end, asked.at_a_time):
        kinds, failed = run_class(asked.seed, range(start, min(end, start + asked.at_a_time)))
        total += kinds
        failures += len(failed)
        for line in failed:
            print(line, flush=True)
    seconds = time.monotonic() - began
    print(
        f"inputs {asked.start} to {end} of seed {asked.seed}: {dict(total)}, "
        f"{failures} without a verdict, {seconds:.0f} s, coordinator's peak {memory()} MB"
    )
    return 1 if failures or memory() > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
