# Routes to the virtual service ranges, by LVS Console.
/ip route add dst-address=192.168.0.0/28 gateway=192.168.7.240
