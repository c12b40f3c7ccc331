"""Runs a command on a terminal of its own and plays [what to wait for, what to do] with it; tells all as JSON."""

import json
import os
import pty
import select
import signal
import sys
import time

play, argv = json.loads(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(argv[0], argv)
screen, deadline, ended = "", time.monotonic() + 120, False
while not ended and time.monotonic() < deadline:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            data = b""
        ended = data == b""
        screen += data.decode("utf-8", "replace")
    if play and play[0][0] in screen:
        _, kind, what = play.pop(0)
        if kind == "type":
            os.write(terminal, what.encode())
        else:
            for name in what.split():
                os.kill(child, getattr(signal, name))
                time.sleep(0.2)
if not ended:
    os.kill(child, signal.SIGKILL)
_, status = os.waitpid(child, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "screen": screen, "left": len(play)}))
