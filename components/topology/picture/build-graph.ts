// The picture as data: computed from the document alone, so that it is the topology and cannot lie. Pure.
import type { Diagnostic, DiagnosticPath } from '@/lib/core/diagnostic';
import type { MatchDocument, TopologyDocument } from '@/lib/core/document';
import { printPorts } from '../forms/ports-text';
import { problemsAt } from '../problem-index';
import type { Selection } from '../selection';
import { sightOf, type Sight } from './sight';

export type PictureKind = 'client' | 'gateway' | 'pair' | 'range' | 'group' | 'pool';
export type ProblemCount = { errors: number; warnings: number };
/** A smaller thing inside a box: a floating address, a director, a real server. */
export type PictureLine = ProblemCount & { label: string; text: string; selection: Selection; isHost: boolean };
export type PictureNode = ProblemCount & {
  id: string;
  kind: PictureKind;
  title: string;
  text: string;
  /** What a click selects; absent for what is not in the document. */
  selection?: Selection;
  lines: PictureLine[];
};
export type PictureEdge = { id: string; from: string; to: string; text: string };
export type Picture = { nodes: PictureNode[]; edges: PictureEdge[] };

type Counter = (path: DiagnosticPath) => ProblemCount;

function counterOf(diagnostics: readonly Diagnostic[]): Counter {
  return (path) => {
    const here = problemsAt(diagnostics, path);
    const errors = here.filter(({ severity }) => severity === 'error').length;
    return { errors, warnings: here.filter(({ severity }) => severity === 'warning').length };
  };
}

export function buildPicture(
  document: TopologyDocument,
  diagnostics: readonly Diagnostic[],
  sight: Sight = sightOf(document, { kind: 'general' }),
): Picture {
  const count = counterOf(diagnostics);
  const nodes = [
    clientNode,
    ...gatewayNodes(document, count),
    pairNode(document, count),
    ...sight.ranges.flatMap((index) => rangeNode(document, index, count)),
    ...sight.groups.flatMap((index) => groupNode(document, index, count)),
    ...sight.pools.flatMap((index) => poolNode(document, index, count)),
  ];
  const ids = new Set(nodes.map(({ id }) => id));
  return { nodes, edges: edgesOf(document, sight).filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

const plain = { errors: 0, warnings: 0, lines: [] };
const clientNode: PictureNode = { id: 'client', kind: 'client', title: 'Clients', text: 'anywhere', ...plain };

function gatewayNodes(document: TopologyDocument, count: Counter): PictureNode[] {
  const common = { kind: 'gateway', title: 'Gateway', selection: { kind: 'addresses' } } as const;
  if (document.gateways.length === 0) return [{ id: 'gateways.0', text: 'not named', ...common, ...plain }];
  return document.gateways.map((address, index) => ({
    id: `gateways.${index}`,
    text: address || '(no address)',
    ...common,
    lines: [],
    ...count(['gateways', index]),
  }));
}

function pairNode(document: TopologyDocument, count: Counter): PictureNode {
  const { virtualAddresses, directors } = document;
  const floating = (side: 'external' | 'internal'): PictureLine => ({
    label: `${side} floating`,
    text: virtualAddresses[side] || '(none)',
    selection: { kind: 'addresses' },
    isHost: false,
    ...count(['virtualAddresses', side]),
  });
  const hosts = directors.map((director, index): PictureLine => ({
    label: director.name || '(no name)',
    text: [director.external, director.internal].map(({ address }) => address.split('/')[0]).join(' '),
    selection: { kind: 'director', index },
    isHost: true,
    ...count(['directors', index]),
  }));
  const title = directors.length === 2 ? 'Pair' : directors.length === 1 ? 'Director' : 'Directors';
  const lines = [floating('external'), ...hosts, floating('internal')];
  return { id: 'pair', kind: 'pair', title, text: document.stack, selection: { kind: 'general' }, ...plain, lines };
}

function rangeNode({ ranges }: TopologyDocument, index: number, count: Counter): PictureNode[] {
  const range = ranges[index];
  if (!range) return [];
  const title = range.name || '(no name)';
  const text = range.addresses || '(no addresses)';
  const selection = { kind: 'range', index } as const;
  return [{ id: `ranges.${index}`, kind: 'range', title, text, selection, lines: [], ...count(['ranges', index]) }];
}

function groupNode({ groups }: TopologyDocument, index: number, count: Counter): PictureNode[] {
  const group = groups[index];
  if (!group) return [];
  const { name, mark, scheduler, persistence } = group;
  const title = name || '(no name)';
  const text = `mark ${mark} ${scheduler}${persistence ? ` -p ${persistence.timeoutSeconds}` : ''}`;
  const selection = { kind: 'group', index } as const;
  return [{ id: `groups.${index}`, kind: 'group', title, text, selection, lines: [], ...count(['groups', index]) }];
}

function poolNode({ pools }: TopologyDocument, index: number, count: Counter): PictureNode[] {
  const pool = pools[index];
  if (!pool) return [];
  const selection = { kind: 'pool', index } as const;
  const { type, port } = pool.healthCheck;
  const check = type === 'off' ? 'no check' : `${type}${port === undefined ? '' : ` ${port}`}`;
  const lines = pool.realServers.map((realServer, i): PictureLine => ({
    label: `${realServer.address || '(no address)'}${realServer.port === undefined ? '' : `:${realServer.port}`}`,
    text: `real server, weight ${realServer.weight}`,
    selection,
    isHost: true,
    ...count(['pools', index, 'realServers', i]),
  }));
  const title = pool.name || '(no name)';
  const text = `${pool.forwarding}, ${check}`;
  return [{ id: `pools.${index}`, kind: 'pool', title, text, selection, lines, ...count(['pools', index]) }];
}

export function printMatch({ protocol, ports }: MatchDocument): string {
  if (protocol === 'any') return 'any';
  return ports === undefined ? `${protocol} all` : `${protocol} ${printPorts(ports)}`;
}

function edgesOf({ gateways, ranges, groups, pools }: TopologyDocument, sight: Sight): PictureEdge[] {
  const edge = (from: string, to: string, text = ''): PictureEdge => ({ id: `${from}>${to}`, from, to, text });
  const gatewayIds = gateways.length === 0 ? ['gateways.0'] : gateways.map((_gateway, index) => `gateways.${index}`);
  const poolAt = new Map(sight.pools.map((index) => [pools[index]?.name, index]));
  const matchEdges = sight.groups.flatMap((g) =>
    sight.ranges.flatMap((r) => {
      const name = ranges[r]?.name;
      const texts = groups[g]?.matches.filter(({ range }) => range === name).map(printMatch) ?? [];
      return texts.length === 0 ? [] : [edge(`ranges.${r}`, `groups.${g}`, shorten(texts.join('; ')))];
    }),
  );
  return [
    ...gatewayIds.flatMap((id) => [edge('client', id), edge(id, 'pair')]),
    ...sight.ranges.map((index) => edge('pair', `ranges.${index}`)),
    ...matchEdges,
    ...sight.groups.map((index) => edge(`groups.${index}`, `pools.${poolAt.get(groups[index]?.pool) ?? -1}`)),
  ];
}

const shorten = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
