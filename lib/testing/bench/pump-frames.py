"""Sends prepared Ethernet frames as fast as one processor can: sendmmsg by batches, again and again for a time.

Arguments: device, seconds. Standard input: frames in hexadecimal digits, one a line. Prints frames sent and nanoseconds.
"""
import ctypes
import socket
import sys
import time

BATCH = 512
device, seconds = sys.argv[1], float(sys.argv[2])


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class MsgHdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("vectors", ctypes.POINTER(IoVec)),
        ("vector_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t), ("flags", ctypes.c_int),
    ]


class MMsgHdr(ctypes.Structure):
    _fields_ = [("header", MsgHdr), ("length", ctypes.c_uint32)]


frames = [bytes.fromhex(line.strip()) for line in sys.stdin]
buffers = [ctypes.create_string_buffer(frame, len(frame)) for frame in frames]
vectors = (IoVec * len(frames))()
messages = (MMsgHdr * len(frames))()
for at, buffer in enumerate(buffers):
    vectors[at].base, vectors[at].length = ctypes.addressof(buffer), len(frames[at])
    messages[at].header.vectors, messages[at].header.vector_count = ctypes.pointer(vectors[at]), 1

libc = ctypes.CDLL(None, use_errno=True)
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((device, 0))
size = ctypes.sizeof(MMsgHdr)
base = ctypes.addressof(messages)
sent, position, start = 0, 0, time.perf_counter_ns()
end = start + int(seconds * 1e9)
while time.perf_counter_ns() < end:
    count = min(BATCH, len(frames) - position)
    done = libc.sendmmsg(out.fileno(), ctypes.c_void_p(base + position * size), count, 0)
    if done < 0:
        raise OSError(ctypes.get_errno(), "sendmmsg")
    sent += done
    position = (position + done) % len(frames)
print(sent, time.perf_counter_ns() - start)
