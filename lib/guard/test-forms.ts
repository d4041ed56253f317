// Releases that mark and masquerade the same packets in each form: plain rules, ipset sets, nftables, and IPv6 beside IPv4.
type Change = Record<string, string | undefined>;

const NAT = `*nat
:LVS-CONSOLE-NAT - [0:0]
-A LVS-CONSOLE-NAT -s 192.168.6.0/24 ! -d 192.168.6.0/24 -o eth0 -j MASQUERADE
COMMIT
`;

/** The same packets as `testRelease(mark)`, from sets. `entries` are further lines `address/prefix,tcp:port`. */
export function withSets(mark: number, entries: string[] = []): Change {
  const hex = `0x${mark.toString(16)}`;
  const lines = ['192.168.0.0/24,tcp:80', '192.168.0.0/24,tcp:443', ...entries];
  return {
    'intent/sets': `create lvs-console-web hash:net,port family inet skbinfo\n${lines.map((entry) => `add lvs-console-web ${entry} skbmark ${hex}\n`).join('')}`,
    'intent/rules.v4': `*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -i eth0 -m comment --comment lvs-console -j SET --map-set lvs-console-web dst,dst --map-mark\nCOMMIT\n${NAT}`,
  };
}

/** The same packets from the owned nftables table; `more` are further rules of its first chain. */
export function withNftables(mark: number, more = ''): Change {
  return {
    'intent/rules.v4': '',
    'intent/jumps': '',
    'intent/rules.nft': `table inet lvs-console
delete table inet lvs-console
table inet lvs-console {
	map web {
		type ipv4_addr . inet_proto . inet_service : mark
		flags interval
		elements = { 192.168.0.0/24 . tcp . 80 : 0x${mark.toString(16)}, 192.168.0.0/24 . tcp . 443 : 0x${mark.toString(16)} }
	}
	chain prerouting {
		type filter hook prerouting priority mangle; policy accept;
		iifname "eth0" meta mark set ip daddr . meta l4proto . th dport map @web
		iifname "eth0" ip daddr 192.168.0.0/24 udp dport { 53, 5353 } counter meta mark set 0x${mark.toString(16)} comment "lvs:dns"
${more}	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "eth0" ip saddr 192.168.6.0/24 ip daddr != 192.168.6.0/24 masquerade
	}
}
`,
  };
}

/** IPv6 beside the IPv4 of `testRelease(mark)`, by plain rules. */
export function withIpv6(mark: number): Change {
  const hex = `0x${mark.toString(16)}`;
  return {
    'intent/rules.v6': `*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -d 2001:db8:0:1::/64 -i eth0 -p tcp -m multiport --dports 80,443 -m comment --comment "lvs:web6" -j MARK --set-xmark ${hex}/0xffffffff\nCOMMIT\n`,
    'intent/jumps6': 'mangle PREROUTING LVS-CONSOLE\n',
    'intent/policy-rules6': `100 eth0 ${hex} 100\n100 eth0 - 100 2001:db8:0:2::/64\n`,
    'intent/routes6': 'local default 100 lo\nunreachable 2001:db8:0:1::/64 main\n',
    'intent/ipvs': `-A -f ${String(mark)} -s rr\n-A -f ${String(mark)} -6 -s rr\n-a -f ${String(mark)} -6 -r [2001:db8:6::2]:0 -m -w 1\n`,
    'intent/sysctl': 'net.ipv4.ip_forward=1\nnet.ipv6.conf.all.forwarding=1\n',
  };
}

/** Stack single: one director, whose virtual addresses no daemon moves. */
export function withAddresses(lines = '192.168.7.240/24 eth0\n2001:db8:7::240/64 eth0\n'): Change {
  return {
    'files/etc/ha.d/ha.cf': undefined,
    'files/etc/ha.d/haresources': undefined,
    'files/etc/ha.d/authkeys': undefined,
    'files/etc/systemd/system/lvs-console-ldirectord.service':
      '[Service]\nExecStart=/usr/sbin/ldirectord /etc/ha.d/ldirectord.cf start\n[Install]\nWantedBy=multi-user.target\n',
    'intent/addresses': lines,
    'intent/meta': 'stack=single\nunit=lvs-console-ldirectord.service\n',
  };
}

const KEEPALIVED_CONF = `! from the console
global_defs {
    router_id director1
    lvs_sync_daemon eth0 EXTERNAL id 7
}
vrrp_sync_group PAIR {
    group {
        EXTERNAL
        INTERNAL
    }
}
vrrp_instance EXTERNAL {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass hushhush
    }
    virtual_ipaddress {
        192.168.7.240/24 dev eth0
    }
}
vrrp_instance INTERNAL {
    state BACKUP
    nopreempt
    interface peer0
    virtual_router_id 52
    priority 100
    advert_int 1
    virtual_ipaddress {
        192.168.6.240/24 dev peer0
    }
}
virtual_server fwmark MARK {
    delay_loop 10
    lvs_sched rr
    lvs_method NAT
    real_server 192.168.6.2 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
        }
    }
}
`;

/** Stack keepalived in place of heartbeat. `conf` changes the text of its file. */
export function withKeepalived(mark: number, conf: (text: string) => string = (text) => text): Change {
  return {
    'files/etc/ha.d/authkeys': undefined,
    'files/etc/ha.d/ha.cf': undefined,
    'files/etc/ha.d/haresources': undefined,
    'files/etc/ha.d/ldirectord.cf': undefined,
    'files/etc/ha.d/resource.d/IPaddr2': undefined,
    'files/etc/ha.d/resource.d/ldirectord': undefined,
    'files/etc/keepalived/keepalived.conf': conf(KEEPALIVED_CONF.replace('MARK', String(mark))),
    'intent/meta': 'stack=keepalived\nunit=keepalived.service\n',
  };
}
