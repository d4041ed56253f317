# Routes to the virtual service ranges, by LVS Console.
/ip route add dst-address=192.168.0.0/24 gateway=192.168.7.240
/ip route add dst-address=198.51.100.8/29 gateway=192.168.7.240
