"""`python -m workbook.worker HANDLER MEMORY TRACE ...`: runs one handler, and nothing else.

Arguments: one of `launch.HANDLERS`, megabytes of address space (0 for no limit), the file for
its stack when it does not end, and what the handler's `serve` is given.
"""

import faulthandler
import importlib
import os
import sys

from workbook.worker.channel import Channel, private_descriptors
from workbook.worker.launch import HANDLERS
from workbook.worker.limits import limit


def main() -> None:
    """Serve until the parent is gone."""
    handler, memory, trace, *arguments = sys.argv[1:]
    if handler not in HANDLERS:
        raise SystemExit(f"{handler} is no handler")
    serve = importlib.import_module(handler).serve
    incoming, outgoing = private_descriptors()
    if int(memory):
        limit({"AS": int(memory) * 2**20})
    with open(trace, "w", encoding="utf-8") as traces:
        faulthandler.enable(traces)
        serve(Channel(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")), traces, *arguments)


if __name__ == "__main__":
    main()
