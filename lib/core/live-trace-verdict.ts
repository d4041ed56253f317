// What the two directors and the topology say of one packet together, in one sentence.
import type { HostTrace, LiveAnswer, PairTrace } from './views/live-trace';

export function judgeTrace(hosts: readonly HostTrace[]): Pick<PairTrace, 'verdict' | 'sentence'> {
  const wrong = hosts.filter(({ agrees }) => agrees === 'no');
  const open = hosts.filter(({ agrees }) => agrees === 'unknown');
  if (wrong.length > 0) return { verdict: 'disagree', sentence: disagreement(hosts, wrong) };
  if (open.length > 0) {
    const why =
      open[0]?.problem ?? open[0]?.differences[0] ?? 'rules that cannot be judged from here may decide otherwise';
    return { verdict: 'unknown', sentence: `${names(open)}: ${why.replace(/\.$/, '')}.` };
  }
  if (hosts.length === 0) return { verdict: 'unknown', sentence: 'No director of this topology is trusted yet.' };
  return {
    verdict: 'agree',
    sentence: `${names(hosts)} treat${hosts.length === 1 ? 's' : ''} it as the topology means.`,
  };
}

function disagreement(hosts: readonly HostTrace[], wrong: readonly HostTrace[]): string {
  const [first] = wrong;
  const why = first?.differences[0] ?? '';
  if (wrong.length < hosts.length || hosts.length === 1)
    return `${names(wrong)} does not do what the topology means: ${why}`;
  const isAlike = new Set(wrong.map(({ answer }) => answer && fateOf(answer))).size === 1;
  const together = isAlike
    ? 'treat it alike, but not as the topology means'
    : 'differ from the topology and from each other';
  return `${names(wrong)} ${together}: ${why}`;
}

function fateOf({ mark, delivered }: LiveAnswer): string {
  return `${mark} ${delivered}`;
}

function names(hosts: readonly HostTrace[]): string {
  return hosts.map(({ director }) => director).join(' and ');
}
