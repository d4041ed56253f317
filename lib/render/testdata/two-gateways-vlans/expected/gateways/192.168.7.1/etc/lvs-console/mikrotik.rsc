# Routes to the virtual service ranges, by LVS Console.
/ip route add dst-address=198.51.100.0/24 gateway=192.168.7.240
