"""Runs a command on a terminal of its own and plays [what to wait for, what to do] with it; tells all as JSON.

TERMINAL_SIZE=50x120 gives it rows and columns; else it says of itself that it has none. A command that has not
ended after TERMINAL_SECONDS (20) is killed.
"""

import fcntl
import json
import os
import pty
import resource
import select
import signal
import struct
import sys
import termios
import time

play, argv = json.loads(sys.argv[1]), sys.argv[2:]
rows, columns = map(int, os.environ.get("TERMINAL_SIZE", "0x0").split("x"))
patience = int(os.environ.get("TERMINAL_SECONDS", "20"))
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(argv[0], argv)
screen, deadline, ended = "", time.monotonic() + patience, False
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
used = resource.getrusage(resource.RUSAGE_CHILDREN)
end = {"code": os.waitstatus_to_exitcode(status), "screen": screen, "left": len(play)}
print(json.dumps({**end, "cpu": used.ru_utime + used.ru_stime}))
