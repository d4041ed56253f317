"""What a straightforward script does with the same ranges: parse, collapse, print a line for each. Prints seconds a round."""
import ipaddress
import sys
import time

rounds, *texts = sys.stdin.read().split()
for _ in range(int(rounds)):
    start = time.perf_counter()
    networks = ipaddress.collapse_addresses(ipaddress.ip_network(text) for text in texts)
    text = "\n".join(f"add lvs-console {network} skbmark 0x1" for network in networks)
    print(time.perf_counter() - start, flush=True)
