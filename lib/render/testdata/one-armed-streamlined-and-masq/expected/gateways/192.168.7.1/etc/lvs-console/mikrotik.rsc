# Routes to the virtual service ranges, by LVS Console.
/ip route add dst-address=192.168.0.0/24 gateway=192.168.7.240
