"""Import Keras once, then fork a kernel for each client that asks: `python server.py DESCRIPTOR`."""

import contextlib
import importlib
import json
import os
import selectors
import signal
import socket
import sys

from training import share_trainings  # beside this file, which runs as a program


class Server:
    """Forks kernels until standard input ends, which it does with the process that started this one.

    Args:
        listener: the socket that clients connect to.
    """

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.died, self.dying = socket.socketpair()  # a byte for each kernel that ended
        self.dying.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.dying.fileno())
        self.clients: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Answer clients; whose client is gone is ended."""
        with selectors.DefaultSelector() as selector:
            for one in (self.listener, self.died, sys.stdin):
                selector.register(one, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if sys.stdin in ready:
                    break
                for pid in [pid for pid, client in self.clients.items() if client in ready]:
                    selector.unregister(self.clients[pid])
                    os.kill(pid, signal.SIGKILL)
                if self.listener in ready:
                    client, _ = self.listener.accept()
                    self.fork(client)
                    selector.register(client, selectors.EVENT_READ)
                if self.died in ready:
                    self.died.recv(1024)
                    for client in self.ended():
                        with contextlib.suppress(KeyError):
                            selector.unregister(client)
                        client.close()
        for pid in self.clients:
            os.kill(pid, signal.SIGKILL)

    def fork(self, client: socket.socket) -> None:
        """Start a kernel as the client asks for it, and tell which process it is."""
        request, streams, *_ = socket.recv_fds(client, 1 << 20, 2)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self.leave(client)
                become_kernel(json.loads(request), *streams)
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
            finally:
                os._exit(status)  # what the server has to do at its end is not the kernel's
        for stream in streams:
            os.close(stream)
        self.clients[pid] = client
        client.sendall(b"%d\n" % pid)

    def leave(self, client: socket.socket) -> None:
        """In the new process: nothing of the server's is open or set."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (self.listener, self.died, self.dying, client, *self.clients.values()):
            one.close()

    def ended(self) -> list[socket.socket]:
        """Tell the clients of kernels that ended their exit codes; returns these clients."""
        told = []
        for pid in list(self.clients):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                told.append(self.clients.pop(pid))
                with contextlib.suppress(OSError):
                    told[-1].sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        return told


def become_kernel(request: dict, output: int, errors: int) -> None:
    """Run a kernel in this process, as `python -m ipykernel_launcher` would."""
    os.setsid()
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), output, errors)):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    own = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = [request["folder"], *own, *(entry for entry in sys.path[1:] if entry not in own)]
    if folder := os.environ.get("SHARED_TRAININGS"):
        share_trainings(folder)
    from ipykernel.kernelapp import launch_new_instance

    # It looks now and then whether the process is there that started it.
    launch_new_instance(argv=[*request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])


def import_keras() -> None:
    """What a lesson's kernel imports, but for the course itself, which looks at the kernel when it is imported."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as in a kernel; read by the import
    for name in ("ipykernel.ipkernel", "ipykernel.kernelapp", "keras", "matplotlib.pyplot"):
        importlib.import_module(name)


if __name__ == "__main__":
    import_keras()  # who asks meanwhile waits
    Server(socket.socket(fileno=int(sys.argv[1]))).serve()
