"""A figure as the last line of a cell is a picture, in a real kernel."""

import base64
import queue

import pytest
from jupyter_client.manager import start_new_kernel

FIGURE = "from workbook import plots\nplots.sweep([1, 2], {'Loss': {'a': [1, 2]}}, xlabel='x')"


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel()
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def shown(client, code):
    outputs = []
    request = client.execute(code)
    while True:
        try:
            message = client.get_iopub_msg(timeout=60)
        except queue.Empty:
            pytest.fail("the kernel does not answer")
        if message["parent_header"].get("msg_id") != request:
            continue
        content, kind = message["content"], message["msg_type"]
        if kind == "status" and content["execution_state"] == "idle":
            return outputs
        if kind == "error":
            pytest.fail("\n".join(content["traceback"]))
        if kind in ("display_data", "execute_result"):
            outputs.append(content["data"])


@pytest.mark.parametrize("first", ["", "%matplotlib inline", "import matplotlib.pyplot as plt"])
def test_a_figure_shows_itself_once(kernel, first):
    (data,) = shown(kernel, f"{first}\n{FIGURE}")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
