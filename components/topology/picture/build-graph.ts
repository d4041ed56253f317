// The picture as data: computed from the document alone, so that it is the topology and cannot lie. Pure.
import type { Diagnostic, DiagnosticPath } from '@/lib/core/diagnostic';
import type { MatchDocument, TopologyDocument } from '@/lib/core/document';
import { isWithin } from '../document-path';
import { printPorts } from '../forms/ports-text';
import type { Selection } from '../selection';

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
    const here = diagnostics.filter((each) => isWithin(each.path, path));
    const errors = here.filter(({ severity }) => severity === 'error').length;
    return { errors, warnings: here.filter(({ severity }) => severity === 'warning').length };
  };
}

export function buildPicture(document: TopologyDocument, diagnostics: readonly Diagnostic[]): Picture {
  const count = counterOf(diagnostics);
  const nodes = [
    clientNode,
    ...gatewayNodes(document, count),
    pairNode(document, count),
    ...rangeNodes(document, count),
    ...groupNodes(document, count),
    ...poolNodes(document, count),
  ];
  const ids = new Set(nodes.map(({ id }) => id));
  return { nodes, edges: edgesOf(document).filter(({ from, to }) => ids.has(from) && ids.has(to)) };
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

function rangeNodes(document: TopologyDocument, count: Counter): PictureNode[] {
  return document.ranges.map((range, index) => ({
    id: `ranges.${index}`,
    kind: 'range',
    title: range.name || '(no name)',
    text: range.addresses || '(no addresses)',
    selection: { kind: 'range', index },
    lines: [],
    ...count(['ranges', index]),
  }));
}

function groupNodes(document: TopologyDocument, count: Counter): PictureNode[] {
  return document.groups.map(({ name, mark, scheduler, persistence }, index) => ({
    id: `groups.${index}`,
    kind: 'group',
    title: name || '(no name)',
    text: `mark ${mark} ${scheduler}${persistence ? ` -p ${persistence.timeoutSeconds}` : ''}`,
    selection: { kind: 'group', index },
    lines: [],
    ...count(['groups', index]),
  }));
}

function poolNodes(document: TopologyDocument, count: Counter): PictureNode[] {
  return document.pools.map((pool, index) => {
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
    return {
      id: `pools.${index}`,
      kind: 'pool',
      title,
      text: `${pool.forwarding}, ${check}`,
      selection,
      lines,
      ...count(['pools', index]),
    };
  });
}

export function printMatch({ protocol, ports }: MatchDocument): string {
  if (protocol === 'any') return 'any';
  return ports === undefined ? `${protocol} all` : `${protocol} ${printPorts(ports)}`;
}

function edgesOf(document: TopologyDocument): PictureEdge[] {
  const { gateways, ranges, groups, pools } = document;
  const edge = (from: string, to: string, text = ''): PictureEdge => ({ id: `${from}>${to}`, from, to, text });
  const gatewayIds = gateways.length === 0 ? ['gateways.0'] : gateways.map((_gateway, index) => `gateways.${index}`);
  const poolOf = (name: string) => `pools.${pools.findIndex((pool) => pool.name === name)}`;
  const matchEdges = groups.flatMap((group, g) =>
    ranges.flatMap((range, r) => {
      const texts = group.matches.filter((match) => match.range === range.name).map(printMatch);
      return texts.length === 0 ? [] : [edge(`ranges.${r}`, `groups.${g}`, shorten(texts.join('; ')))];
    }),
  );
  return [
    ...gatewayIds.flatMap((id) => [edge('client', id), edge(id, 'pair')]),
    ...ranges.map((_range, index) => edge('pair', `ranges.${index}`)),
    ...matchEdges,
    ...groups.map((group, index) => edge(`groups.${index}`, poolOf(group.pool))),
  ];
}

const shorten = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
