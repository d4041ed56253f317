// Preloaded into web: X-Forwarded-For says the address that spoke to us, never what a stranger wrote there.
//
// Why: Next keeps a header that the client sent, and hands no socket to a route. Sign-in limits its guesses by this address, and the
// audit trail shows it. Proxies in front are named in LVS_CONSOLE_PROXIES (addresses or prefixes, with commas between); only what
// they say of their clients is believed.
import http from 'node:http';
import net from 'node:net';

const FORWARDED = [
  'forwarded',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
];

const family = (address) => (net.isIPv6(address) ? 'ipv6' : 'ipv4');
/** As a socket that listens for both families tells a version 4 address. */
const plain = (address) => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** Throws when an entry is neither an address nor a prefix: a proxy that is not believed would look like one single client. */
export function readProxies(text) {
  const list = new net.BlockList();
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue;
    const [address, prefix] = entry.split('/');
    if (!net.isIP(address)) throw new Error(`LVS_CONSOLE_PROXIES: ${entry} is neither an address nor a prefix`);
    if (prefix === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(prefix), family(address));
  }
  return list;
}

/** The nearest hop that is no proxy of ours; each proxy adds the address that spoke to it at the end. */
export function clientAddress(peer, forwardedFor, proxies) {
  const isProxy = (address) => net.isIP(address) !== 0 && proxies.check(address, family(address));
  const hops = [...(forwardedFor ?? '').split(','), peer].map((hop) => plain(hop.trim())).filter((hop) => hop !== '');
  const nearest = hops.findLastIndex((hop) => !isProxy(hop));
  return hops[Math.max(nearest, 0)];
}

export function cleanHeaders(request, proxies) {
  const peer = plain(request.socket.remoteAddress ?? '');
  const isFromProxy = net.isIP(peer) !== 0 && proxies.check(peer, family(peer));
  const client =
    peer === '' ? undefined : clientAddress(peer, isFromProxy ? request.headers['x-forwarded-for'] : '', proxies);
  for (const name of FORWARDED)
    if (!isFromProxy || name === 'x-forwarded-for') Reflect.deleteProperty(request.headers, name);
  if (client !== undefined) request.headers['x-forwarded-for'] = client;
}

const proxies = readProxies(process.env.LVS_CONSOLE_PROXIES ?? '');
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, ...args) {
  if (event === 'request' || event === 'upgrade') cleanHeaders(args[0], proxies);
  return emit.call(this, event, ...args);
};
