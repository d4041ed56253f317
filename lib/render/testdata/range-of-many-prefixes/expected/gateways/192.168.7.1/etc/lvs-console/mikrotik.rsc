# Routes to the virtual service ranges, by LVS Console.
/ip route add dst-address=192.168.0.10/31 gateway=192.168.7.240
/ip route add dst-address=192.168.0.12/30 gateway=192.168.7.240
/ip route add dst-address=192.168.0.16/28 gateway=192.168.7.240
/ip route add dst-address=192.168.0.32/30 gateway=192.168.7.240
/ip route add dst-address=192.168.0.36/31 gateway=192.168.7.240
/ip route add dst-address=203.0.113.7/32 gateway=192.168.7.240
