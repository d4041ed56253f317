// Reads heartbeat's three files by a strict grammar, because heartbeat has no test mode: ha.cf(5), authkeys(5), ResourceManager of 3.0.6.
import type { Diagnostic } from '../core/diagnostic';
import { HA_DIRECTIVES, HA_MEDIA, checkHaOrder } from './heartbeat-directives';
import { atLine, unreadable, type Parsed } from './parsed';

export type HaDirective = { name: string; args: string[] };
export type HaCf = { directives: HaDirective[] };
export type HaResource = { script: string; args: string[] };
/** One line: the preferred node and its resources in the order of their start. */
export type HaResourceGroup = { node: string; resources: HaResource[] };
export type AuthKeys = { use: number; keys: { number: number; method: 'crc' | 'md5' | 'sha1'; secret?: string }[] };

type Words = { line: number; words: string[]; text: string };

/** Comments begin at a #, as the daemon itself reads them. */
export function parseHaCf(text: string): Parsed<HaCf> {
  const diagnostics: Diagnostic[] = [];
  const directives: HaDirective[] = [];
  for (const { line, words, text: shown } of wordLines(text)) {
    const [name = '', ...args] = words;
    const grammar = HA_DIRECTIVES.get(name);
    if (!grammar?.(args)) {
      diagnostics.push(unreadable('ha.cf', { number: line, text: shown }));
      continue;
    }
    const late = HA_MEDIA.has(name)
      ? undefined
      : checkHaOrder(
          name,
          directives.map((directive) => directive.name),
        );
    if (late !== undefined) diagnostics.push(unreadable('ha.cf', { number: line, text: shown }, late));
    directives.push({ name, args });
  }
  return { value: { directives }, diagnostics: [...diagnostics, ...missingDirectives(directives)] };
}

function missingDirectives(directives: readonly HaDirective[]): Diagnostic[] {
  const names = new Set(directives.map(({ name }) => name));
  const nodes = directives.filter(({ name }) => name === 'node').flatMap(({ args }) => args);
  const problems = [
    ...(directives.some(({ name }) => HA_MEDIA.has(name)) ? [] : ['no medium (ucast, bcast, mcast)']),
    ...(names.has('auto_failback') ? [] : ['no auto_failback, the default "legacy" moves traffic back by itself']),
    ...(nodes.length >= 2 && new Set(nodes).size === nodes.length ? [] : ['not two different nodes']),
  ];
  return problems.map((problem) => atLine(1, 'ha.cf.incomplete', `ha.cf has ${problem}.`));
}

export function parseHaResources(text: string): Parsed<HaResourceGroup[]> {
  const diagnostics: Diagnostic[] = [];
  const groups: HaResourceGroup[] = [];
  for (const { line, words, text: shown } of wordLines(text)) {
    const [node = '', ...names] = words;
    const resources = names.map(readResource);
    const problem = resourceProblem(node, resources, groups);
    if (problem === undefined) groups.push({ node, resources });
    else diagnostics.push(unreadable('haresources', { number: line, text: shown }, problem));
  }
  if (groups.length === 0) diagnostics.push(atLine(1, 'haresources.empty', 'haresources names no resource.'));
  return { value: groups, diagnostics };
}

/** The first resource names the group in heartbeat's messages, so it must be unique in the file. */
function resourceProblem(
  node: string,
  resources: HaResource[],
  groups: readonly HaResourceGroup[],
): string | undefined {
  if (!isNode(node)) return 'the first word is not a node name';
  const [first] = resources;
  if (!first) return 'no resource';
  if (!resources.every(isResource)) return 'a resource is not script::argument::argument';
  const key = printKey(first);
  return groups.some(({ resources: [other] }) => other && printKey(other) === key)
    ? 'its first resource is the first one of another line too'
    : undefined;
}

function readResource(word: string): HaResource {
  const [script = '', ...args] = word.split('::');
  return { script, args };
}

function isResource({ script, args }: HaResource): boolean {
  return /^[A-Za-z][\w.-]*$/.test(script) && args.every((arg) => /^[\w./:-]+$/.test(arg));
}

function printKey({ script, args }: HaResource): string {
  return [script, ...args].join('::');
}

function isNode(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text);
}

/** Secrets never appear in a diagnostic. */
export function parseAuthKeys(text: string): Parsed<AuthKeys> {
  const diagnostics: Diagnostic[] = [];
  const value: AuthKeys = { use: 0, keys: [] };
  for (const { line, words } of wordLines(text)) {
    if (!readAuthLine(words, value)) {
      const message = `Line ${line} of authkeys is neither "auth N" nor "N method secret" (it is not shown).`;
      diagnostics.push(atLine(line, 'authkeys.unreadable', message));
    }
  }
  if (value.keys.every(({ number }) => number !== value.use)) {
    diagnostics.push(atLine(1, 'authkeys.key-missing', 'authkeys has no key of the number that "auth" names.'));
  }
  return { value, diagnostics };
}

function readAuthLine(words: readonly string[], value: AuthKeys): boolean {
  const [first = '', second = '', secret, ...others] = words;
  if (others.length > 0) return false;
  if (first === 'auth') {
    if (value.use !== 0 || secret !== undefined || !isKeyNumber(second)) return false;
    value.use = Number(second);
    return true;
  }
  const number = Number(first);
  if (!isKeyNumber(first) || value.keys.some((key) => key.number === number)) return false;
  if (second === 'crc' && secret === undefined) value.keys.push({ number, method: second });
  else if ((second === 'md5' || second === 'sha1') && secret !== undefined)
    value.keys.push({ number, method: second, secret });
  else return false;
  return true;
}

function isKeyNumber(text: string): boolean {
  return /^([1-9]|1[0-5])$/.test(text);
}

/** Words part at blanks and tabs; `#` begins a comment; blank lines say nothing. */
function wordLines(text: string): Words[] {
  return text.split('\n').flatMap((raw, index) => {
    const words = raw
      .replace(/#.*$/s, '')
      .split(/[ \t]+/)
      .filter((word) => word !== '');
    return words.length === 0 ? [] : [{ line: index + 1, words, text: raw }];
  });
}
