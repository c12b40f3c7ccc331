"""W in pyinfra's words: what is read are facts, what is changed or proved are operations."""
import os

from pyinfra import host
from pyinfra.facts.server import Command
from pyinfra.operations import server

d = f"{os.environ['BENCH_STATE']}/{host.name}"
for text in ("cat /etc/os-release", "id -u", f"cat {d}/bool", f"grep ERROR {d}/app.log", f"stat -c '%a %U %s' {d}/app.log"):
    host.get_fact(Command, command=text)
# The blank keeps it from being answered by the fact above.
if host.get_fact(Command, command=f"cat {d}/bool ") == "off":
    server.shell(name="fix", commands=[f"echo on > {d}/bool"], _sudo=True)
server.shell(name="verify", commands=[f'test "$(cat {d}/bool)" = on'])
if host.get_fact(Command, command=f"cat {d}/mode") == "off":
    server.shell(name="fix mode", commands=[f"echo on > {d}/mode"], _sudo=True)
server.shell(name="final", commands=[f"test -z \"$(grep -L '^on$' {d}/bool {d}/mode)\""])
