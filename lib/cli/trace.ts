// `trace FILE --dst A`: which rule marks a packet, whether it is delivered locally, which pool serves it, and why not.
import { parseAddress } from '../core/address';
import { hasErrors, type Diagnostic } from '../core/diagnostic';
import { isPort } from '../core/ports';
import type { Address, Packet, Topology } from '../core/topology';
import { tracePacket, type Trace } from '../core/trace';
import {
  EXIT,
  exitCodeOf,
  loadTopologyFile,
  printDiagnostics,
  printJson,
  UsageError,
  type OutputFormat,
} from './topology-file';

export type TraceOptions = {
  dst: string;
  src?: string;
  proto: string;
  dport?: string;
  icmpType?: string;
  in?: string;
  director?: string;
  steps?: boolean;
  format: OutputFormat;
};

/** A topology with errors is traced as far as it resolves, and the exit status says that it has errors. */
export async function runTrace(file: string, options: TraceOptions): Promise<number> {
  const read = readPacket(options);
  const { topology, diagnostics } = await loadTopologyFile(file);
  if (hasErrors(diagnostics)) process.stderr.write(printDiagnostics(file, diagnostics));
  if (!topology) {
    if (options.format === 'json') process.stdout.write(printJson(untraceable(diagnostics)));
    return EXIT.errors;
  }
  const trace = tracePacket(topology, toPacket(topology, read, options));
  process.stdout.write(options.format === 'json' ? printJson(toJsonTrace(trace, options)) : printTrace(trace, options));
  return exitCodeOf(diagnostics);
}

/** The fixed form; `--steps` adds the way in single steps. */
function toJsonTrace({ steps, ...fixed }: Trace, { steps: withSteps = false }: TraceOptions) {
  return withSteps ? { ...fixed, steps } : fixed;
}

/** The same form, saying nothing about the packet but why. */
function untraceable(diagnostics: readonly Diagnostic[]) {
  const reasons = diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  return { mark: null, group: null, pool: null, realServers: [], delivered: null, reasons };
}

function readPacket(options: TraceOptions): Omit<Packet, 'interface'> {
  const protocol = (['tcp', 'udp', 'sctp', 'icmp'] as const).find((each) => each === options.proto);
  if (!protocol) throw new UsageError(`--proto is tcp, udp, sctp or icmp, not "${options.proto}"`);
  const destination = readAddress('--dst', options.dst);
  const source = options.src === undefined ? undefined : readAddress('--src', options.src);
  if (source && source.family !== destination.family) throw new UsageError('--src and --dst are of different families');
  const destinationPort = readNumber('--dport', options.dport, isPort);
  const icmpType = readNumber('--icmp-type', options.icmpType, (value) => value <= 255);
  if (protocol === 'icmp' && destinationPort !== undefined) throw new UsageError('icmp has no port: leave --dport out');
  if (protocol !== 'icmp' && icmpType !== undefined) throw new UsageError('--icmp-type goes with --proto icmp');
  return {
    destination,
    protocol,
    ...(source && { source }),
    ...(destinationPort !== undefined && { destinationPort }),
    ...(icmpType !== undefined && { icmpType }),
  };
}

function toPacket({ directors }: Topology, packet: Omit<Packet, 'interface'>, options: TraceOptions): Packet {
  const { director: name, in: device } = options;
  const director = directors.find((each) => each.name === name);
  if (name !== undefined && !director) throw new UsageError(`--director: there is no director named "${name}"`);
  const arrival = device ?? (director ?? directors[0])?.external.interface ?? 'eth0';
  return { ...packet, interface: arrival, ...(name !== undefined && { director: name }) };
}

function readAddress(option: string, text: string): Address {
  const read = parseAddress(text);
  if (!read.ok) throw new UsageError(`${option}: ${read.problem}`);
  return read.value;
}

function readNumber(option: string, text: string | undefined, isValid: (value: number) => boolean): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || !isValid(Number(text))) throw new UsageError(`${option}: "${text}" is out of range`);
  return Number(text);
}

function printTrace(trace: Trace, { steps: withSteps = false }: TraceOptions): string {
  const { mark, group, pool, realServers, delivered, reasons, steps } = trace;
  const servers = realServers.map(
    ({ address, weight, share }) => `  ${address} weight ${weight}, ${Math.round(share * 100)} %`,
  );
  return [
    `mark      ${mark ?? 'none'}`,
    `group     ${group ?? 'none'}`,
    `delivered ${delivered}`,
    `pool      ${pool ?? 'none'}`,
    ...servers,
    ...(withSteps
      ? steps.map(({ stage, text }) => `- ${stage.padEnd(11)} ${text}`)
      : reasons.map((reason) => `- ${reason}`)),
    '',
  ].join('\n');
}
