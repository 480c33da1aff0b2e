"""A data folder of its own for every test, a server on this machine, and tiny data sets."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbook.data.cifar_files import FOLDER, TEST_BATCH, TRAINING_BATCHES
from workbook.data.download import RemoteFile


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder; no test reads the user's own, and none leaves this machine."""
    folder = tmp_path / "datasets"
    monkeypatch.setenv("WORKBOOK_DATA_DIR", str(folder))
    monkeypatch.delenv("WORKBOOK_DATA", raising=False)
    # A proxy that nobody listens on stands for a computer without a network.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return folder


@dataclass
class Server:
    """What the server on this machine serves, how it misbehaves, and what it was asked."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    break_after: list[int] = field(default_factory=list)
    """For each request in turn: break off after that many bytes."""
    asked: list[str | None] = field(default_factory=list)
    """The Range header of each request."""

    def remote(self, name: str) -> RemoteFile:
        content = self.files[name]
        return RemoteFile(name, len(content), hashlib.md5(content).hexdigest(), (self.address,))


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append(wanted)
            content = state.files.get(self.path.lstrip("/"))
            if content is None:
                self.send_error(404)
                return
            start = int(wanted.split("=")[1].rstrip("-")) if wanted and state.ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            stop = state.break_after.pop(0) if state.break_after else len(content)
            self.wfile.write(content[start : start + stop])
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{httpd.server_port}/"
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state
    httpd.shutdown()
    httpd.server_close()
    thread.join()


class Tiny:
    """Writes data sets of a few images in the official layouts."""

    PER_BATCH = 4

    def __init__(self, place: Path) -> None:
        self.place = place

    def pixels(self, name: str) -> np.ndarray:
        """The pixels of a batch, different for every batch."""
        rng = np.random.default_rng(sum(name.encode()))
        return rng.integers(0, 256, size=(self.PER_BATCH, 3072), dtype=np.uint8)

    def labels(self, name: str) -> list[int]:
        return [sum(name.encode()) % 7, 1, 2, 9]

    def batches(self, root: Path, protocol: int = 2) -> Path:
        """Six batches: pickled dicts with bytes keys."""
        folder = root / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*TRAINING_BATCHES, TEST_BATCH):
            content = {
                b"batch_label": name.encode(),
                b"labels": self.labels(name),
                b"data": self.pixels(name),
                b"filenames": [b"a.png", b"b.png", b"c.png", b"d.png"],
            }
            (folder / name).write_bytes(pickle.dumps(content, protocol=protocol))
        return folder

    def archive(self) -> bytes:
        """The batches and a readme, packed."""
        folder = self.batches(self.place)
        (folder / "readme.html").write_text("nothing of use", encoding="utf-8")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            tar.add(folder, arcname=FOLDER)
        return packed.getvalue()

    def idx(self, array: np.ndarray) -> bytes:
        """`array` of uint8 in the IDX format."""
        header = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
        return header + array.tobytes()

    def idx_files(
        self, *, side: int = 28, train: int = 30, test: int = 6, packed: bool = True
    ) -> dict[str, bytes]:
        """The four files of an MNIST-format data set by name."""
        rng = np.random.default_rng(5)
        files = {}
        for split, number in (("train", train), ("t10k", test)):
            images = rng.integers(0, 256, size=(number, side, side), dtype=np.uint8)
            labels = np.arange(number, dtype=np.uint8) % 10
            for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
                content = self.idx(array)
                name = f"{split}-{kind}-ubyte" + (".gz" if packed else "")
                files[name] = gzip.compress(content) if packed else content
        return files

    def idx_folder(self, folder: Path, **options: Any) -> Path:
        """The same, written to `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.idx_files(**options).items():
            (folder / name).write_bytes(content)
        return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path / "making")


@pytest.fixture
def official(
    tiny: Tiny, server: Server, monkeypatch: pytest.MonkeyPatch
) -> tuple[RemoteFile, bytes]:
    """The tiny archive, on the server, in the place of the official one."""
    content = tiny.archive()
    server.files["cifar-10-python.tar.gz"] = content
    remote = server.remote("cifar-10-python.tar.gz")
    for module in ("workbook.data.cifar_files", "workbook.data.sets.cifar10"):
        monkeypatch.setattr(f"{module}.ARCHIVE", remote)
    return remote, content
