#!/bin/sh
# Made by LVS Console for this router; copy it there. It may be run again.
# The virtual service ranges are on nobody's interface: they lead to whichever director holds 192.168.7.240.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
ip -4 route replace 10.20.0.0/24 via 192.168.7.240
ip -4 route replace 10.21.0.0/24 via 192.168.7.240
ip -4 route replace 10.22.0.0/24 via 192.168.7.240
ip -4 route replace 10.23.0.0/24 via 192.168.7.240
ip -4 route replace 10.24.0.0/24 via 192.168.7.240
ip -4 route replace 10.25.0.0/24 via 192.168.7.240
ip -4 route replace 10.26.0.0/24 via 192.168.7.240
ip -4 route replace 10.27.0.0/24 via 192.168.7.240
ip -4 route replace 10.28.0.0/24 via 192.168.7.240
ip -4 route replace 10.29.0.0/24 via 192.168.7.240
ip -4 route replace 10.30.0.0/24 via 192.168.7.240
ip -4 route replace 10.31.0.0/24 via 192.168.7.240
ip -4 route replace 10.32.0.0/24 via 192.168.7.240
ip -4 route replace 10.33.0.0/24 via 192.168.7.240
ip -4 route replace 10.34.0.0/24 via 192.168.7.240
ip -4 route replace 10.35.0.0/24 via 192.168.7.240
ip -4 route replace 10.36.0.0/24 via 192.168.7.240
ip -4 route replace 10.37.0.0/24 via 192.168.7.240
ip -4 route replace 10.38.0.0/24 via 192.168.7.240
ip -4 route replace 10.39.0.0/24 via 192.168.7.240
ip -4 route replace 10.40.0.0/24 via 192.168.7.240
ip -4 route replace 10.41.0.0/24 via 192.168.7.240
ip -4 route replace 10.42.0.0/24 via 192.168.7.240
ip -4 route replace 10.43.0.0/24 via 192.168.7.240
ip -4 route replace 10.44.0.0/24 via 192.168.7.240
ip -4 route replace 10.45.0.0/24 via 192.168.7.240
ip -4 route replace 10.46.0.0/24 via 192.168.7.240
ip -4 route replace 10.47.0.0/24 via 192.168.7.240
ip -4 route replace 10.48.0.0/24 via 192.168.7.240
ip -4 route replace 10.49.0.0/24 via 192.168.7.240
ip -4 route replace 10.50.0.0/24 via 192.168.7.240
ip -4 route replace 10.51.0.0/24 via 192.168.7.240
ip -4 route replace 10.52.0.0/24 via 192.168.7.240
ip -4 route replace 10.53.0.0/24 via 192.168.7.240
ip -4 route replace 10.54.0.0/24 via 192.168.7.240
ip -4 route replace 10.55.0.0/24 via 192.168.7.240
ip -4 route replace 10.56.0.0/24 via 192.168.7.240
ip -4 route replace 10.57.0.0/24 via 192.168.7.240
ip -4 route replace 10.58.0.0/24 via 192.168.7.240
ip -4 route replace 10.59.0.0/24 via 192.168.7.240
