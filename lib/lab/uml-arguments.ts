// The command line of a director or real server: User-mode Linux's own options, then what lab-init inside reads.
import { SECCOMP } from './kernel';
import { gatewayAddress, gatewayAddress6, labFiles, type UmlHost } from './layout';

export type UmlInputs = { kernel: string; rootImage: string; runFolder: string; host: UmlHost };
type Card = { tap: string; name: string; addresses: string[] };

/** In the order of the cards: management, then as the interfaces are called. */
export function cardsOf(host: UmlHost): Card[] {
  const management = { tap: `mgmt${host.number}`, name: 'mgmt0', addresses: [`${host.management}/24`] };
  const internal = (name: string) => ({
    tap: `int${host.number}`,
    name,
    addresses: [`${host.internal}/24`, `${host.internal6}/64`],
  });
  if (host.kind === 'real-server') return [management, internal('eth0')];
  const addresses = [`${host.external}/24`, `${host.external6}/64`];
  return [management, { tap: `ext${host.number}`, name: 'eth0', addresses }, internal('eth1')];
}

export function umlArguments({ kernel, rootImage, runFolder, host }: UmlInputs): string[] {
  const files = labFiles(runFolder);
  const cards = cardsOf(host);
  const routers = host.kind === 'director' ? [gatewayAddress, gatewayAddress6] : host.routers;
  return [
    kernel,
    SECCOMP,
    // A real server runs one small program; a director heartbeat, ldirectord and a table of connections.
    host.kind === 'director' ? 'mem=256M' : 'mem=128M',
    'root=/dev/ubda',
    'rw',
    // The layer keeps what this host wrote; the image below it is shared and read only.
    `ubd0=${files.disk(host.name)},${rootImage}`,
    // Text, not a file system: public keys for lab-init.
    `ubd1r=${files.keys}`,
    // A card keeps its address over a power cut: with a random one the neighbours would send to the old one for half a minute.
    ...cards.map(({ tap }, index) => `vec${index}:transport=tap,ifname=${tap},depth=64,mac=${macOf(host, index)}`),
    // A console that is a file: no terminal to be found, read or left in a mess.
    'con=null',
    'con0=null,fd:1',
    'con1=null',
    // A serial line, for who has no network: a pseudo terminal of this machine, made when something over there opens it.
    'ssl0=pts',
    'quiet',
    'systemd.show_status=0',
    `umid=${host.name}`,
    `uml_dir=${runFolder}`,
    `lab.name=${host.name}`,
    ...cards.map(({ addresses, name }, index) => `lab.if=${[`vec${index}`, name, ...addresses].join(',')}`),
    ...routers.map((router) => `lab.route=default,${router}`),
    ...(host.kind === 'real-server' ? [`lab.serve=${host.name}`] : []),
  ];
}

const macOf = ({ number }: UmlHost, index: number): string => `52:54:00:4c:0${number}:0${index}`;

/** A disk is read in sectors of 512 bytes: filled up with empty lines. */
export function printKeyDisk(keys: readonly string[]): string {
  const text = keys.map((key) => `${key.trim()}\n`).join('');
  return text.padEnd(Math.max(1, Math.ceil(text.length / 512)) * 512, '\n');
}
