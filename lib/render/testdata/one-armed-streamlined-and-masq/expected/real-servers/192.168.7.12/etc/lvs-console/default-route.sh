#!/bin/sh
# Made by LVS Console for this real server; copy it there.
# Replies must pass the active director: the default route leads to the internal virtual address.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
case $(ip -4 route show default) in
  "default via 192.168.7.240 "*) exit 0 ;;
esac
exec ip -4 route replace default via 192.168.7.240
