// What an administrator has on a director beside the console: no deploy may change it.

/** A rule in each table, own chains, a policy rule and a route; a script for `sh`. Nothing of it outlives a boot. */
export const FOREIGN = `set -e
iptables -w -N KEEP-ME; iptables -w -A KEEP-ME -s 198.51.100.0/24 -m comment --comment "do not touch" -j RETURN
iptables -w -A INPUT -p tcp -m tcp --dport 9100 -j KEEP-ME
iptables -w -t mangle -A PREROUTING -s 203.0.113.77/32 -j MARK --set-xmark 0x4000/0x4000
iptables -w -t nat -N KEEP-NAT; iptables -w -t nat -A KEEP-NAT -d 198.51.100.7/32 -j RETURN; iptables -w -t nat -A POSTROUTING -j KEEP-NAT
ip rule add priority 500 from 198.51.100.0/24 lookup 55
ip route add 198.51.100.64/26 via 192.168.7.1`;
