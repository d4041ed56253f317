// Prints what the readers made of lines, every fact of it, by other means than theirs: a line that does not come back was misread.
import type { IpvsService } from '../core/kernel-state';
import type { Connection } from '../core/views/connections';
import type { Counter } from '../core/views/live';

export const words = (line: string) => line.trim().split(/\s+/).join(' ');

/** Blanks are no fact, IPv6 addresses and marks have other spellings, and counters above 2 ** 53 are the nearest number. */
export const tidy = (line: string) =>
  words(line)
    .replace(/\[([0-9a-fA-F:.]+)\](?=:\d)/g, (text) =>
      URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`).hostname : text,
    )
    .replace(/^(FWM|-[Aa] -f) (\d{10})(?= |$)/, (_all, head: string, mark: string) => `${head} ${signed(Number(mark))}`)
    .replace(/(?<![\w.-])\d{16,20}(?![\w.])/g, (text) => String(Number(text)));

const METHODS = { masq: ['Masq', '-m'], gate: ['Route', '-g'], ipip: ['Tunnel', '-i'], local: ['Local', ''] } as const;
const endpoint = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
const signed = (mark: number) => String(mark | 0);

export function printList(services: readonly IpvsService[]): string[] {
  return services.flatMap(
    ({ key, mark, family, scheduler, flags, persistenceSeconds, persistenceNetmask, realServers }) => {
      const [protocol = ''] = key.split(':');
      const name =
        mark === undefined ? [protocol.toUpperCase(), key.slice(protocol.length + 1)] : ['FWM', signed(mark)];
      const engines = flags.filter((flag) => flag === 'ops' || flag.startsWith('pe '));
      const others = flags.filter((flag) => !engines.includes(flag));
      const service = [
        ...name,
        ...(mark !== undefined && family === 6 ? ['IPv6'] : []),
        scheduler,
        ...(others.length > 0 ? [`(${others.join(',')})`] : []),
        ...(persistenceSeconds === undefined ? [] : ['persistent', persistenceSeconds]),
        ...(persistenceNetmask === undefined ? [] : ['mask', persistenceNetmask]),
        ...engines,
      ];
      const below = realServers.map(({ address, port, forwarding, weight, activeConnections, inactiveConnections }) =>
        ['->', endpoint(address, port), METHODS[forwarding][0], weight, activeConnections, inactiveConnections].join(
          ' ',
        ),
      );
      return [service.join(' '), ...below];
    },
  );
}

/** Options in the order of their letters, because ipvsadm takes them in any. */
export function printSave(services: readonly IpvsService[]): string[] {
  const options = (head: string, parts: readonly string[]) => `${head} ${parts.toSorted().join(' ')}`;
  return services.flatMap(
    ({ key, mark, family, scheduler, flags, persistenceSeconds, persistenceNetmask, realServers }) => {
      const [protocol = ''] = key.split(':');
      const letter = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[protocol] ?? '-f';
      const name =
        mark === undefined
          ? `${letter} ${key.slice(protocol.length + 1)}`
          : `-f ${signed(mark)}${family === 6 ? ' -6' : ''}`;
      const scheduling = flags.filter((flag) => flag !== 'ops' && !flag.startsWith('pe '));
      const service = options(`-A ${name}`, [
        `-s ${scheduler}`,
        ...(persistenceSeconds === undefined ? [] : [`-p ${persistenceSeconds}`]),
        ...(persistenceNetmask === undefined ? [] : [`-M ${persistenceNetmask}`]),
        ...(scheduling.length > 0 ? [`-b ${scheduling.join(',')}`] : []),
        ...flags.flatMap((flag) => (flag === 'ops' ? ['-o'] : flag.startsWith('pe ') ? [`--${flag}`] : [])),
      ]);
      const below = realServers.map(({ address, port, forwarding, weight, upperThreshold, lowerThreshold }) =>
        options(`-a ${name}`, [
          `-r ${endpoint(address, port)}`,
          METHODS[forwarding][1],
          `-w ${weight}`,
          ...(upperThreshold === undefined ? [] : [`-x ${upperThreshold}`]),
          ...(lowerThreshold === undefined ? [] : [`-y ${lowerThreshold}`]),
        ]),
      );
      return [service, ...below];
    },
  );
}

/** Without a method ipvsadm takes gate, without a weight 1. */
export function sameSave(line: string): string {
  const [, head = '', rest = ''] = /^(-[Aa] \S+ \S+(?: -6)?)(?: (.*))?$/.exec(line) ?? [];
  const options = rest.split(/ (?=-)/).filter((option) => option !== '');
  if (head.startsWith('-a') && !options.some((option) => /^-[mgi]$/.test(option))) options.push('-g');
  if (head.startsWith('-a') && !options.some((option) => option.startsWith('-w '))) options.push('-w 1');
  return `${head} ${options.toSorted().join(' ')}`;
}

export const printStatistics = (counters: readonly Counter[]) =>
  counters.map(({ key, realServer, connections, inPackets, outPackets, inBytes, outBytes }) => {
    const [protocol = ''] = key.split(':');
    const rest = key.slice(protocol.length + 1);
    const mark = `FWM ${signed(Number(rest))}${protocol === 'fwm6' ? ' IPv6' : ''}`;
    const service = protocol.startsWith('fwm') ? mark : `${protocol.toUpperCase()} ${rest}`;
    return [
      realServer === undefined ? service : `-> ${realServer}`,
      connections,
      inPackets,
      outPackets,
      inBytes,
      outBytes,
    ].join(' ');
  });

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
/** `192.0.2.1:80` and `[2001:db8::1]:80` as the kernel prints them. */
function kernelEndpoint(text: string): string {
  const [, v6, v4 = '', port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  if (v6 === undefined)
    return `${v4
      .split('.')
      .map((octet) => hex(Number(octet), 2))
      .join('')} ${hex(Number(port), 4)}`;
  const [left = '', right] = v6.split('::');
  const groups = (half = '') => (half === '' ? [] : half.split(':'));
  const gap = right === undefined ? [] : Array<string>(8 - groups(left).length - groups(right).length).fill('0');
  const all = [...groups(left), ...gap, ...groups(right)].map((group) => group.padStart(4, '0'));
  return `${all.join(':')} ${hex(Number(port), 4)}`;
}
export const printConnections = (rows: readonly Connection[]) =>
  rows.map(({ protocol, client, virtual, realServer, state, expiresSeconds, origin, kind, mark }) => {
    const to = kernelEndpoint(virtual);
    if (mark !== undefined && hex(mark, 8) !== to.replace(':', '').slice(0, 8).toUpperCase()) return 'another mark';
    if ((kind === 'template') !== (protocol === 'ip' || client.endsWith(':0'))) return 'another kind';
    const end = origin === undefined ? [] : [origin === 'synced' ? 'SYNC' : 'LOCAL'];
    return [
      protocol.toUpperCase(),
      kernelEndpoint(client),
      to,
      kernelEndpoint(realServer),
      state,
      ...end,
      expiresSeconds,
    ].join(' ');
  });
