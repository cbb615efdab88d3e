"""Run a module under callgrind, which writes what it has counted each time it is told to over a socket.

Usage: `valgrind --tool=callgrind … python -m bench.instructions.counted FOLDER VGDB MODULE [ARGUMENT …]`. It connects
to `control` in the folder, reads lines, and answers each when the count is written.
"""

import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

SOCKET = "control"


def main() -> None:
    """Wait for lines in a thread, which costs nothing meanwhile, and run the module as a program."""
    folder, vgdb, module, *arguments = sys.argv[1:]
    control = socket.socket(socket.AF_UNIX)
    control.connect(str(Path(folder, SOCKET)))
    Thread(target=_answer, args=(control, vgdb, folder), daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _answer(control: socket.socket, vgdb: str, folder: str) -> None:
    is_counting = False
    while line := control.recv(1):
        if not is_counting:
            _start_counting(vgdb, folder)
            is_counting = True
        # Nothing else calls this function of the C library: at its name callgrind writes what it has counted.
        os.ctermid()
        control.send(line)


def _start_counting(vgdb: str, folder: str) -> None:
    """Switch callgrind on: with it from the beginning, a start would take half a minute."""
    command = [vgdb, f"--pid={os.getpid()}", f"--vgdb-prefix={folder}/vgdb", "instrumentation", "on"]
    switch = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    # Valgrind itself reads commands while its program runs; in one that only waits, vgdb would have to trace it.
    while switch.poll() is None:
        pass
    if switch.returncode:
        os._exit(1)


if __name__ == "__main__":
    main()
