"""What a straightforward script does with a connection table: split, key, count. Prints seconds, then a line for each group."""
import sys
import time

start = time.perf_counter()
groups = {}
with open(sys.argv[1]) as table:
    next(table)
    for line in table:
        protocol, _, _, virtual, virtual_port, real, real_port, state, _ = line.split()
        key = (protocol, virtual, virtual_port, real, real_port, state)
        groups[key] = groups.get(key, 0) + 1
print(time.perf_counter() - start)
for key, count in groups.items():
    print(*key, count)
