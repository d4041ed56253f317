// Every constant of heartbeat's configuration in one place, each with its reason (ha.cf(5) of heartbeat 3.0.6).

/** Seconds. A power cut of the active director is noticed after `dead`; what follows is the time of the resource scripts. */
export const HEARTBEAT_SECONDS = {
  /** One beat a second: six may be lost before anything happens. */
  keepalive: 1,
  /** Half of `dead`: a log full of late beats is the warning that `dead` is too short for this network. */
  warn: 3,
  /** Below 5 a busy host is taken for dead (measured in the lab: 5 works); each second more is a second without service. */
  dead: 6,
  /** A gateway that limits ICMP loses some answers: only after 15 s is it gone, so a short silence moves nothing. */
  deadPing: 15,
  /** Spanning tree blocks a port for 30 s after link-up: with less, two directors that boot together would both become active. */
  initialDead: 30,
} as const;

/** IANA's `ha-cluster`. Must stand before the media, which take it over when they are read. */
export const HEARTBEAT_UDP_PORT = 694;

/** Where heartbeat 3.0.6 of Debian 12 has it, not /usr/lib/heartbeat; heartbeat does not start when a respawned program is missing. */
export const IPFAIL_PROGRAM = '/usr/libexec/heartbeat/ipfail';

/** Any word does; the packaged ha.cf and Ultra Monkey use it, and rsyslog of Debian writes it to /var/log/syslog. */
export const LOG_FACILITY = 'local0';

/** Names of authkeys: sha1 is the strongest method that heartbeat 3.0.6 has. */
export const AUTHKEY = { number: 1, method: 'sha1' } as const;
