"""The process that reads submissions: a damaged one may end it, and costs nobody but its sender."""

import contextlib
import os
import queue
from pathlib import Path
from typing import TextIO

from workbook import curriculum
from workbook.grading.intake import messages
from workbook.grading.intake.archives import UnreadableArchive
from workbook.grading.intake.file_names import printable
from workbook.grading.intake.read_submission import list_attempts, read_submission
from workbook.worker import frames
from workbook.worker.channel import Channel
from workbook.worker.limits import limit

__all__ = ["serve"]


def answer(job: messages.Job) -> messages.Answer:
    """Do one job; whatever goes wrong is the reason why it was refused."""
    path = Path(os.fsdecode(job.path))
    name = printable(path.name)
    try:
        if isinstance(job, messages.ListJob):
            return list_attempts(path)
        return read_submission(path)
    except UnreadableArchive as error:
        return messages.Refused(str(error))
    except MemoryError:
        return messages.Refused(f"{name} needs too much memory to be read.", out_of_memory=True)
    except OSError as error:
        return messages.Refused(f"{name} cannot be read: {error.strerror}.")
    # Closed over every exception: nothing that was handed in may end the run of a class.
    except Exception as error:
        return messages.Refused(
            f"{name} is damaged: {printable(str(error)) or type(error).__name__}."
        )


def serve(channel: Channel, traces: TextIO) -> None:
    """Do jobs until no more come."""
    with contextlib.suppress(OSError):
        # Where memory is short, the system ends this process and not the coordinator.
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    limit({"FSIZE": 0})  # It reads; it has nothing to write.
    curriculum.load()
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    channel.listen(jobs.put)
    channel.send(frames.READY)
    while True:
        channel.send(messages.ANSWERS.encode(answer(messages.JOBS.decode(jobs.get()))))
