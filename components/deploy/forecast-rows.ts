// The forecast as the plan page shows it: which groups, which columns, and the sentence above.
import type { Count, Forecast, GroupForecast } from '@/lib/core/views/forecast';

export type ForecastColumn = { id: string; head: string; title: string; count: (row: GroupForecast) => Count };

const REQUIRED: ForecastColumn[] = [
  {
    ...{ id: 'now', head: 'Connections', title: 'Active and inactive, in the table of the active director' },
    count: ({ connections }) => connections.now,
  },
  {
    ...{ id: 'kept', head: 'Kept', title: 'They go on where they are' },
    count: ({ connections }) => connections.kept,
  },
  {
    ...{ id: 'lost', head: 'Lose server', title: 'Their real server or their service goes' },
    count: ({ connections }) => connections.loseServer,
  },
];
/** Shown where some group has any. */
const OPTIONAL: ForecastColumn[] = [
  {
    ...{ id: 'unmatched', head: 'Unmarked', title: 'Their packets are in no group any more' },
    count: ({ connections }) => connections.unmatched,
  },
  {
    ...{ id: 'uncertain', head: 'Open', title: 'They go on only where the other director takes over and knows them' },
    count: ({ connections }) => connections.uncertain,
  },
  {
    ...{ id: 'draining', head: 'Draining', title: 'Kept, on a real server that takes no new connections' },
    count: ({ connections }) => connections.draining,
  },
];
const BOUND: ForecastColumn[] = [
  {
    ...{ id: 'bound', head: 'Bound clients', title: 'Clients that persistence binds to a real server' },
    count: ({ persistence }) => persistence.now,
  },
  {
    ...{ id: 'unbound', head: 'Lose persistence', title: 'Their next connection may go to another real server' },
    count: ({ persistence }) => persistence.lost,
  },
];

export function forecastColumns(rows: readonly GroupForecast[]): ForecastColumn[] {
  const isUsed = ({ count }: ForecastColumn) => rows.some((row) => count(row) !== 0);
  return [...REQUIRED, ...OPTIONAL.filter(isUsed), ...(BOUND.some(isUsed) ? BOUND : [])];
}

/** `remarked`: untouched, but something about them is worth a sentence. */
export function splitGroups({ groups }: Forecast) {
  const touched = groups.filter(({ change }) => change !== 'untouched');
  const untouched = groups.filter(({ change }) => change === 'untouched');
  const isPlain = ({ reasons }: GroupForecast) => reasons.every((reason) => reason === 'Nothing of it changes.');
  return { touched, untouched, remarked: untouched.filter((group) => !isPlain(group)) };
}

/** IPVS keeps its counters, and of iptables only the rules that change are new. The rules of nftables, loaded anew as a whole, count nothing. */
export function untouchedLine(count: number): string {
  if (count === 0) return '';
  const subject = count === 1 ? '1 group is not touched' : `${count} groups are not touched`;
  return `${subject}: every connection and counter stays.`;
}

export function printCount(count: Count): string {
  return count === 'unknown' ? 'unknown' : count.toLocaleString('en-US');
}

/** One sentence for the whole pair. */
export function forecastLead({ totals: { connections, persistence } }: Forecast): string {
  const { now, kept, loseServer, unmatched, uncertain } = connections;
  if (now === 'unknown') return 'How many connections there are now is unknown.';
  if (now === 0) return 'There are no connections now.';
  const losses = [
    part(loseServer, 'loses its real server', 'lose their real server'),
    part(unmatched, 'is not marked any more', 'are not marked any more'),
    part(uncertain, 'may break', 'may break'),
  ].filter((each) => each !== '');
  const lost = part(persistence.lost, 'client loses persistence', 'clients lose persistence').replace(
    'number',
    'number of',
  );
  const all = [...losses, part(kept, 'is kept', 'are kept')].filter((each) => each !== '').join(', ');
  const sentence =
    losses.length === 0 ? `All ${printCount(now)} connections are kept` : `Of ${printCount(now)} connections ${all}`;
  return `${sentence}${lost === '' ? '' : `; ${lost}`}.`;
}

function part(count: Count, one: string, many: string): string {
  if (count === 0) return '';
  if (count === 'unknown') return `an unknown number ${many}`;
  return `${printCount(count)} ${count === 1 ? one : many}`;
}

export function printGap({ kind, seconds }: Forecast['interruption']): string {
  if (kind === 'none' || kind === 'reload') return 'none';
  if (!seconds) return 'unknown';
  return `${seconds.from} to ${seconds.to} s`;
}
