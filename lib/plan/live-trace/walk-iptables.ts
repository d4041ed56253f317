// The built-in chains of iptables as a packet meets them, own rules and those of others alike, in the order in which they stand.
import { OWNED } from '../../core/kernel-state';
import { parseIpSetMap } from '../../parse/ip-set-save';
import type { FirewallRuleState, FirewallTable } from '../../parse/iptables-save';
import { HARMLESS_TARGET } from '../prove-packets';
import { doubt, say, setMark, warn, type Journey } from './journey';
import { findMark } from './find-mark';
import { matchRule, type MatchedRule } from './match-rule';

type Stage = 'rules' | 'input';
/** `next`: the packet goes on behind the rule. */
type Fate = 'next' | 'return' | 'accept' | 'drop';
type Place = { table: FirewallTable; chain: string; stage: Stage; depth: number };

/** The kernel refuses loops; a text that was changed between two lines must not make one here. */
const DEEPEST = 32;

/** Before routing: what may mark the packet, take it away or send it elsewhere. */
export function walkPrerouting(journey: Journey): void {
  for (const name of ['raw', 'mangle', 'nat']) walkBuiltIn(journey, name, 'PREROUTING', 'rules');
}

/** On its way to this host itself: IPVS takes a packet behind these (LOCAL_IN, after filter and before nat). */
export function walkInput(journey: Journey): void {
  for (const name of ['mangle', 'filter', 'security']) walkBuiltIn(journey, name, 'INPUT', 'input');
}

function walkBuiltIn(journey: Journey, name: string, chain: string, stage: Stage): void {
  const { observed, packet, isDropped } = journey;
  const tables = (packet.destination.family === 4 ? observed.firewall : observed.firewall6) ?? [];
  const table = tables.find((each) => each.name === name);
  if (!table || isDropped) return;
  const fate = walkChain(journey, { table, chain, stage, depth: 0 });
  const policy = table.chains.find((each) => each.name === chain)?.policy;
  if (fate === 'drop') journey.isDropped = true;
  else if (fate !== 'accept' && policy === 'DROP') {
    journey.isDropped = true;
    warn(journey, stage, `No rule accepts it, and the policy of ${chain} in table ${name} is DROP.`, `:${chain} DROP`);
  }
}

function walkChain(journey: Journey, place: Place): Fate {
  if (place.depth > DEEPEST) return 'return';
  for (const rule of place.table.rules) {
    if (rule.chain !== place.chain) continue;
    const fate = meet(journey, place, rule);
    if (fate !== 'next') return fate;
  }
  return 'return';
}

/** What an own rule asks and a packet does not say is not matched, as in the topology's answer; a foreign one leaves a doubt. */
function meet(journey: Journey, place: Place, { text }: FirewallRuleState): Fate {
  const rule = matchRule(text, journey.packet, journey.mark);
  const { match } = rule;
  if (match.is === 'yes') return act(journey, place, text, rule);
  if (match.is === 'no' || (match.is === 'open' && isOwn(place.chain))) return 'next';
  if (canDecide(place.table, rule.target))
    doubt(journey, `Rule "${text}" of table ${place.table.name} may decide otherwise: ${match.why}.`);
  return 'next';
}

function isOwn(chain: string): boolean {
  return chain === OWNED.mangleChain;
}

function act(journey: Journey, place: Place, text: string, rule: MatchedRule): Fate {
  const { table, chain, stage, depth } = place;
  const { target, isGoto } = rule;
  switch (target) {
    case 'ACCEPT':
      say(
        journey,
        stage,
        `A rule accepts it in ${chain} of table ${table.name}: the rest of that table is not asked.`,
        text,
      );
      return 'accept';
    case 'DROP':
    case 'REJECT':
      warn(journey, stage, `A rule of ${chain} in table ${table.name} ends it (${target}).`, text);
      return 'drop';
    case 'RETURN':
      return 'return';
    case 'MARK':
    case 'SET':
      mark(journey, place, text, rule);
      return 'next';
  }
  if (table.chains.some(({ name }) => name === target) || table.rules.some((each) => each.chain === target)) {
    const fate = walkChain(journey, { ...place, chain: target, depth: depth + 1 });
    if (fate === 'return') return isGoto ? 'return' : 'next';
    return fate;
  }
  if (canDecide(table, target))
    doubt(journey, `Rule "${text}" of table ${table.name} takes it, and what ${target} does to it is not known here.`);
  return 'next';
}

function mark(
  journey: Journey,
  { table, chain }: Place,
  text: string,
  { target, targetWords: words }: MatchedRule,
): void {
  const by = { rule: text, place: `chain ${chain} of table ${table.name}`, own: isOwn(chain) };
  if (target === 'MARK') {
    const [, value, mask = '0xffffffff'] =
      /^--set-xmark (0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?$/.exec(words.slice(0, 2).join(' ')) ?? [];
    if (value === undefined) doubt(journey, `Rule "${text}" sets a mark in a way that cannot be read.`);
    else setMark(journey, (journey.mark & ~Number(mask)) ^ Number(value), by);
    return;
  }
  const [option, name = '', directions = ''] = words;
  if (option !== '--map-set' || !words.includes('--map-mark')) return; // it fills a set, and marks nothing
  const set = journey.observed.sets?.find((each) => each.name === name);
  const read = set && parseIpSetMap(set);
  const isOwnSet = name.startsWith(OWNED.ipSetPrefix);
  if (!read || read.diagnostics.length > 0 || !directions.startsWith('dst'))
    doubt(
      journey,
      `Rule "${text}" asks set ${name}, which ${set ? 'cannot be read' : isOwnSet ? 'is not there' : 'the console does not read'}.`,
    );
  else {
    const found = findMark(read.value, journey.packet);
    if (found !== undefined) setMark(journey, found, by);
  }
}

/** Whether a target can change the packet's fate at all. */
function canDecide(table: FirewallTable, target: string, depth = 0): boolean {
  if (target === '' || target === 'RETURN' || HARMLESS_TARGET.test(target)) return target === 'RETURN';
  const rules = table.rules.filter(({ chain }) => chain === target);
  const isChain = rules.length > 0 || table.chains.some(({ name }) => name === target);
  if (!isChain || depth > DEEPEST) return true;
  return rules.some(({ text }) => {
    const [, next = ''] = / -[jg] (\S+)/.exec(text) ?? [];
    return next !== 'RETURN' && canDecide(table, next, depth + 1);
  });
}
