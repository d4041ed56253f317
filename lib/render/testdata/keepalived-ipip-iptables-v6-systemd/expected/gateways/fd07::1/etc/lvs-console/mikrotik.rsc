# Routes to the virtual service ranges, by LVS Console.
/ipv6 route add dst-address=2001:db8:0:1::/64 gateway=fd07::240
