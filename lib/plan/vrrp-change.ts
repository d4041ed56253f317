// What the two keepalived of a pair must agree on to hear each other, where a plan changes it or nobody knows what it is now.
import type { HostRelease } from '../core/release';
import type { Topology } from '../core/topology';
import type { HostPlan } from '../core/views/plan';
import { parseKeepalivedTree, type KeepalivedStatement } from '../parse/keepalived-config-tree';
import { KEEPALIVED_FILE } from './daemon-action';
import type { ObservedHost } from './observed-host';

/** `words`: what becomes another, such as `advert_int of EXTERNAL`. `unknown`: directors whose keepalived runs with what nobody here knows. */
export type VrrpChange = { words: string[]; unknown: string[] };
type Input = {
  topology: Pick<Topology, 'stack'>;
  releases: readonly HostRelease[];
  previous?: { releases: readonly HostRelease[] };
  observed: Record<string, Pick<ObservedHost, 'files'> | undefined>;
};

/**
 * What a director takes of no advert. The first three decide who of two that hear each other becomes active, and only where neither is
 * yet; the last ones are addresses that adverts leave out (keepalived.conf(5)).
 */
const NOT_IN_ADVERTS = ['state', 'nopreempt', 'priority', 'virtual_ipaddress_excluded'];

/** Undefined: nothing of it changes where a keepalived runs. One that does not run says nothing that its peer could miss. */
export function findVrrpChange(hosts: readonly HostPlan[], input: Input): VrrpChange | undefined {
  if (input.topology.stack !== 'keepalived' || hosts.length === 1) return undefined;
  const running = hosts.filter(({ daemonAction }) => /^re(load|start)-keepalived$/.test(daemonAction));
  const found = running.map((host) => ({ director: host.director, words: changedWords(host, input) }));
  const words = [...new Set(found.flatMap(({ words: own }) => own ?? []))];
  const unknown = found.flatMap(({ director, words: own }) => (own ? [] : [director]));
  return words.length + unknown.length > 0 ? { words, unknown } : undefined;
}

/** Undefined: what keepalived runs with there is not known, as on first contact or when its file cannot be read. */
function changedWords(
  { director, baseRelease }: HostPlan,
  { releases, previous, observed }: Input,
): string[] | undefined {
  const after = instancesOf(textIn(releases, director));
  const before = baseRelease === 'none' ? undefined : instancesOf(textIn(previous?.releases ?? [], director));
  if (!before || !after) return undefined;
  const byHand = observed[director]?.files?.find(({ path }) => path === KEEPALIVED_FILE);
  if (!byHand) return differences(before, after);
  // It runs with what was written by hand if somebody reloaded it since, else with its release.
  const written = instancesOf(byHand.text);
  return written && [...differences(before, after), ...differences(written, after)];
}

function textIn(releases: readonly HostRelease[], director: string): string | undefined {
  const release = releases.find((each) => each.director === director);
  return release?.files.find(({ path }) => path === KEEPALIVED_FILE)?.content;
}

/** Instance -> keyword -> what it says; as statements, so that also what this console does not write is compared. */
type Instances = Map<string, Map<string, string>>;

function instancesOf(text: string | undefined): Instances | undefined {
  if (text === undefined) return undefined;
  const { value: tree, diagnostics } = parseKeepalivedTree(text);
  if (diagnostics.length > 0 || tree.some(({ words }) => words[0] === 'include')) return undefined;
  const blocks = tree.filter(({ words }) => words[0] === 'vrrp_instance');
  return new Map(blocks.map(({ words, children = [] }) => [words[1] ?? '', sharedWords(children)]));
}

function sharedWords(statements: readonly KeepalivedStatement[]): Map<string, string> {
  const said = new Map<string, string>();
  for (const statement of statements) {
    const [keyword = ''] = statement.words;
    if (!NOT_IN_ADVERTS.includes(keyword)) said.set(keyword, `${said.get(keyword) ?? ''}${printed(statement)}\n`);
  }
  return said;
}

function printed({ words, children }: KeepalivedStatement): string {
  return children ? `${words.join(' ')} {${children.map(printed).join('; ')}}` : words.join(' ');
}

function differences(before: Instances, after: Instances): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, next] = [before.get(name), after.get(name)];
    if (!old || !next) return [`instance ${name}`];
    const keywords = [...new Set([...old.keys(), ...next.keys()])];
    return keywords.filter((word) => old.get(word) !== next.get(word)).map((word) => `${word} of ${name}`);
  });
}
