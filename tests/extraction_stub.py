"""A reading process whose parser misbehaves as the file's name says: `python -m tests.extraction_stub`."""

import ctypes
import os
import sys
import time

from ingest.extraction import Answer, Job, Limits, worker


def read(job: Job, limits: Limits) -> Answer:
    """Hangs, crashes, eats memory, prints, or answers."""
    if job.name == "hang":
        while True:
            time.sleep(1)
    if job.name == "abort":
        os.abort()
    if job.name == "segfault":
        ctypes.string_at(0)
    if job.name == "memory":
        held = []
        while True:
            held.append(bytearray(b"x" * (8 << 20)))
            time.sleep(0.002)
    if job.name == "at-once":
        return Answer("text", text=str(len(bytearray(64 << 30))))
    if job.name == "exit":
        os._exit(3)
    if job.name == "rubbish":
        print("rubbish " * 10_000, flush=True)
        os.write(2, b"rubbish\n")
        sys.stdin.read()
    if job.name == "surrogate":
        return Answer("text", text="\ud800")
    return Answer("text", text=f"{job.name} {len(job.data)} {os.getpid()}")


if __name__ == "__main__":
    worker.read = read
    worker.main()
