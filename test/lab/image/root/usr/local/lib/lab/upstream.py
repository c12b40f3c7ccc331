"""Answers every HTTP request with 200 and one line. usage: upstream.py tcp PORT | upstream.py unix PATH [MODE]

Bare sockets on purpose: importing http.server takes a second under emulation.
"""
import os
import socket
import sys

kind, place = sys.argv[1:3]
if kind == "tcp":
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(place)))
else:
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.lexists(place):
        os.unlink(place)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    os.chmod(place, int(sys.argv[3] if len(sys.argv) > 3 else "666", 8))
listener.listen(64)
body = f"hello from {kind} {place}\n".encode()
head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
while True:
    client, _ = listener.accept()
    with client:
        try:
            client.recv(65536)
            client.sendall(head + body)
        except OSError:
            pass
