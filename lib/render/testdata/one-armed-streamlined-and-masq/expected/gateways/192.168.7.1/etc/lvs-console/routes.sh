#!/bin/sh
# Made by LVS Console for this router; copy it there. It may be run again.
# The virtual service ranges are on nobody's interface: they lead to whichever director holds 192.168.7.240.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
ip -4 route replace 192.168.0.0/24 via 192.168.7.240
