"""A widget's message reaches a kernel that is busy, whichever way the frontend sends it."""

import time

import pytest
from jupyter_client.manager import start_new_kernel

from course_utils.widgets import clicks
from course_utils.widgets.view import MIME

pytestmark = pytest.mark.slow

HEAR = """
import threading
from course_utils.widgets.clicks import hear, hear_no_more
came = threading.Event()
print(hear("board", came.set), flush=True)
print(came.wait({seconds}))
hear_no_more("board")
"""


@pytest.fixture(scope="module")
def client():
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel()


def send(client, kind, content, subshell=None):
    message = client.session.msg(kind, content)
    message["header"]["subshell_id"] = subshell
    client.shell_channel.send(message)


def printed(client, code, meanwhile=()):
    """What a cell prints, when messages are sent while it runs."""
    lines = []

    def output(message):
        if message["msg_type"] == "stream":
            lines.append(message["content"]["text"])
            if len(lines) == 1:
                for kind, content in meanwhile:
                    send(client, kind, content)

    client.execute_interactive(code, output_hook=output, timeout=60)
    return "".join(lines).split()


@pytest.mark.parametrize(
    ("kind", "comm", "method", "is_heard"),
    [
        ("comm_msg", "board", "custom", True),
        ("comm_msg", "board", "update", False),
        ("comm_msg", "another", "custom", False),
        ("comm_close", "board", "custom", False),
    ],
)
def test_only_a_message_of_the_widget_itself_is_heard(client, kind, comm, method, is_heard):
    sent = (kind, {"comm_id": comm, "data": {"method": method, "content": {}}})
    assert printed(client, HEAR.format(seconds=10 if is_heard else 1), [sent]) == ["True", str(is_heard)]


def test_other_messages_are_handled_as_ever(client):
    printed(client, HEAR.format(seconds=0))
    assert printed(client, "print(6 * 7)") == ["42"]
    client.complete("came.wai")
    assert client.get_shell_msg(timeout=20)["content"]["matches"] == ["wait"]


TRAIN = """
import keras, numpy as np
from course_utils import Progress
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(loss="mse", optimizer="sgd")
x = np.ones((64, 1), "float32")
history = model.fit(x, x, epochs=1_000_000, batch_size=2, verbose=0, callbacks=[Progress()])
print(len(history.epoch) < 1_000_000, model.stop_training)
"""


def test_stop_reaches_training_from_a_frontend_without_subshells(client):
    messages = []

    def output(message):
        kind, content = message["msg_type"], message["content"]
        messages.append((kind, content))
        if kind == "display_data" and MIME in content["data"]:
            board = content["data"][MIME]["model_id"]
            send(client, "comm_msg", {"comm_id": board, "data": {"method": "custom", "content": {"stop": True}}})

    client.execute_interactive(TRAIN, output_hook=output, timeout=120)
    boards = [content for kind, content in messages if kind == "update_display_data"]
    assert [(board["data"], board["metadata"]) for board in boards] == [({}, {MIME: {}})]
    printed = [content["text"] for kind, content in messages if kind == "stream" and content["name"] == "stdout"]
    assert printed == ["True True\n"]
    left = [content["data"]["text/plain"] for kind, content in messages if "text/plain" in content.get("data", {})]
    assert [text.partition(" of ")[0] for text in left] in (["Stopped in epoch 1"], ["Stopped in epoch 2"])


def test_in_a_terminal_nothing_is_heard():
    assert clicks.kernel() is None
    assert not clicks.hear("board", time.sleep)
    clicks.hear_no_more("board")
