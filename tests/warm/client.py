"""What Jupyter takes for the kernel: it asks the server for a fork, hands on signals, and ends when the kernel does.

Where there is no server, or one of another Python, it becomes a kernel like any other.
"""

import json
import os
import signal
import socket
import sys


def main() -> int:
    """Run a kernel; returns its exit code."""
    address, python = os.environ.get("WARM_KERNELS", ":").split(":", 1)
    if python != sys.executable:
        os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:]])
    server = socket.socket(socket.AF_UNIX)
    server.connect(address)
    request = {"environment": dict(os.environ), "folder": os.getcwd(), "arguments": sys.argv[1:]}
    socket.send_fds(server, [json.dumps(request).encode()], [1, 2])
    answers = server.makefile()
    kernel = int(answers.readline())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os.kill(kernel, number))
    status = int(answers.readline() or 1)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
