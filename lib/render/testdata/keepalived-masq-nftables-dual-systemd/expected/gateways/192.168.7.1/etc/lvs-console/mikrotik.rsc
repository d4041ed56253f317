# Routes to the virtual service ranges, by LVS Console.
/ip route add dst-address=192.168.0.0/24 gateway=192.168.7.240
/ip route add dst-address=192.168.1.16/28 gateway=192.168.7.240
/ip route add dst-address=192.168.1.32/29 gateway=192.168.7.240
/ip route add dst-address=192.168.1.40/32 gateway=192.168.7.240
/ipv6 route add dst-address=2001:db8:0:1::/64 gateway=fd07::240
