#!/usr/bin/env python3
"""A proxy for CONNECT: hands the bytes on, or refuses as it is told.

usage: connect_proxy.py PORT_FILE

It listens on loopback and writes its port to PORT_FILE. What it does with the next connections is
what the file PORT_FILE.answer says when they come: `tunnel` (and without the file), a status to
refuse them with, `close`, or `hang`. Each CONNECT is a line in PORT_FILE.log. It ends with its
standard input.
"""

import os
import socket
import sys
import threading
import time


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    return data


def copy(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    for side in (source, target):
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tunnel(connection, address):
    host, _, port = address.rpartition(":")
    upstream = socket.create_connection((host, int(port)))
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=copy, args=(upstream, connection), daemon=True).start()
    copy(connection, upstream)


def serve(connection, name):
    head = read_head(connection)
    if head is None:
        return
    first = head.split(b"\r\n", 1)[0].decode("latin-1")
    with open(name + ".log", "a") as log:
        log.write(first + "\n")
    answer = "tunnel"
    if os.path.exists(name + ".answer"):
        with open(name + ".answer") as file:
            answer = file.read().strip()
    if answer == "tunnel":
        tunnel(connection, first.split(" ")[1])
    elif answer == "hang":
        time.sleep(60)
    elif answer != "close":
        connection.sendall(b"HTTP/1.1 %s Refused\r\nContent-Length: 0\r\n\r\n" % answer.encode())
    connection.close()


def main():
    name = sys.argv[1]
    listener = socket.create_server(("127.0.0.1", 0))
    with open(name + ".new", "w") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(name + ".new", name)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, name), daemon=True).start()


if __name__ == "__main__":
    main()
