// What a verb of the live page means, in plain words: for connections, for bound clients, for health checks.
import { allDirectors } from '../core/all-directors';
import type { GroupDocument, PoolDocument, Stack, TopologyDocument } from '../core/document';
import type { PairVerb, ServerChange, ServerHolders } from '../core/views/verbs';

/** ip_vs_proto_tcp.c: an established connection is forgotten so long after its last packet, unless ipvsadm --set said otherwise. */
const ESTABLISHED_MINUTES = 15;
/** Schedulers that give a real server without connections the next ones. */
const BY_CONNECTIONS = ['lc', 'wlc', 'lblc', 'lblcr', 'sed', 'nq'];

export type VerbWords = { title: string; sentences: string[] };
type Input = {
  document: TopologyDocument;
  changes: readonly ServerChange[];
  holders: ServerHolders | undefined;
};

export function titleOf(verb: PairVerb, changes: readonly ServerChange[]): string {
  const address = (changes[0]?.before ?? changes[0]?.after)?.address ?? '';
  const where = `${address} in ${changes.length === 1 ? 'pool' : 'pools'} ${changes.map(({ pool }) => pool).join(', ')}`;
  if (verb.kind === 'undo') return `Take back revision ${verb.revision}: ${where}`;
  if (verb.kind === 'drain') return `Drain ${where}`;
  if (verb.kind === 'halt') return `Halt ${where}`;
  const weights = [...new Set(changes.map(({ after }) => after?.weight ?? 0))].join(' and ');
  return verb.kind === 'online' ? `${where} back online with weight ${weights}` : `Weight ${weights} for ${where}`;
}

/** By what happens to the real server, whatever the verb was called: an undo may drain or halt too. */
export function explainVerb({ document, changes, holders }: Input): string[] {
  const [first] = changes;
  if (!first) return [];
  const pools = document.pools.filter(({ name }) => changes.some(({ pool }) => pool === name));
  const groups = document.groups.filter(({ pool }) => pools.some(({ name }) => name === pool));
  if (!first.after) return haltSentences(first, holders);
  if (first.after.weight === 0) return drainSentences(document, pools, groups, holders);
  if (!first.before || first.before.weight === 0) return onlineSentences(first, groups);
  return ['Only new connections are shared out by the new weight; those that exist stay where they are.'];
}

function haltSentences({ before }: ServerChange, holders: ServerHolders | undefined): string[] {
  const count = holders?.connections ?? 'unknown';
  const isServing = (before?.weight ?? 0) > 0;
  const reset = 'reset at once (expire_nodest_conn)';
  return [
    count === 0
      ? 'It holds no connection: nobody notices.'
      : count === 'unknown'
        ? `How many connections it holds is not known; all of them are ${reset}.`
        : `${count} ${count === 1 ? 'connection' : 'connections'} of it are ${reset}.${isServing ? ' Drain it first to let them end.' : ''}`,
    'Health checks of it end with its place in the pool. Bound clients get another real server with their next connection.',
  ];
}

function drainSentences(
  { stack }: TopologyDocument,
  pools: readonly PoolDocument[],
  groups: readonly GroupDocument[],
  holders: ServerHolders | undefined,
): string[] {
  const daemon = stack === 'keepalived' ? 'keepalived' : 'ldirectord';
  const binding = groups.filter(({ persistence }) => persistence);
  return [
    `It keeps the connections that it has and gets no new one. Weight 0 stands in the file of ${daemon} on ${allDirectors(stack === 'single' ? 1 : 2)}: a health check, a reload or a later deploy does not put the weight back.`,
    binding.length === 0
      ? 'No group binds clients to it, so every new connection goes elsewhere at once.'
      : `${names(binding)} ${binding.length === 1 ? 'binds' : 'bind'} clients for ${binding.map(({ persistence }) => `${persistence?.timeoutSeconds ?? 0} s`).join(' and ')}: at weight 0 the kernel does not use these templates any more (expire_quiescent_template), so a bound client gets another real server with its next connection.`,
    endSentence(holders),
    checkSentence(stack, pools),
  ];
}

/** ldirectord would take a real server of weight 0 out at every reload, so its pool is quiescent meanwhile (render/quiescent.ts). */
function checkSentence(stack: Stack, pools: readonly PoolDocument[]): string {
  if (pools.every(({ quiescent }) => quiescent))
    return 'Its health check goes on; when it fails, nothing changes: the pool is quiescent.';
  if (stack === 'keepalived')
    return 'Its health check goes on: when it fails before the real server is empty, keepalived takes it out of the table and what is left is reset. Stop the service there only when it is empty.';
  return 'While it is drained its pool is quiescent, so that neither its health check nor a reload of ldirectord takes it out and resets what is left. Another real server of the pool that dies meanwhile stays in the table with weight 0: its connections wait for their time-outs instead of being reset.';
}

/** Every packet begins a timer anew, so there is a bound for silence only. */
function endSentence(holders: ServerHolders | undefined): string {
  if (holders?.connections === 0) return 'It holds no connection: it is empty as soon as the weight is 0.';
  const silent = 'a connection that still sends begins its timer anew';
  if (holders?.longestSeconds !== undefined)
    return `Without a further packet it is empty after ${minutes(holders.longestSeconds)} at most; ${silent}.`;
  return `When it is empty at most is not known, as the connection table was not read to its end: the kernel forgets an established TCP connection ${ESTABLISHED_MINUTES} min after its last packet unless its time-outs were changed, and ${silent}.`;
}

function onlineSentences({ after }: ServerChange, groups: readonly GroupDocument[]): string[] {
  const rushing = groups.filter(({ scheduler }) => BY_CONNECTIONS.includes(scheduler));
  return [
    `It gets new connections by its weight of ${after?.weight ?? 1} as soon as its health check finds it up; those that exist stay where they are.`,
    ...(rushing.length === 0
      ? []
      : [
          `${names(rushing)} ${rushing.length === 1 ? 'chooses' : 'choose'} by connections: a real server that has none gets most of the new ones at first.`,
        ]),
  ];
}

function names(groups: readonly GroupDocument[]): string {
  return `${groups.length === 1 ? 'Group' : 'Groups'} ${groups.map(({ name }) => name).join(', ')}`;
}

function minutes(seconds: number): string {
  const rest = seconds % 60;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}
