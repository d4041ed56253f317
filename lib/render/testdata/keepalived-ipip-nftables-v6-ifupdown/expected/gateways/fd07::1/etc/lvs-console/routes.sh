#!/bin/sh
# Made by LVS Console for this router; copy it there. It may be run again.
# The virtual service ranges are on nobody's interface: they lead to whichever director holds fd07::240.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
ip -6 route replace 2001:db8:0:1::/64 via fd07::240
