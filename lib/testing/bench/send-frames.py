"""Sends Ethernet frames, given as lines `<device> <hexadecimal digits>` on standard input, each once and in order."""
import socket
import sys

sockets = {}
for line in sys.stdin:
    device, digits = line.split()
    if device not in sockets:
        sockets[device] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sockets[device].bind((device, 0))
    sockets[device].send(bytes.fromhex(digits))
