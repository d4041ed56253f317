// The picture as data: computed from the document alone, so that it is the topology and cannot lie. Pure.
import type { Diagnostic, DiagnosticPath } from '@/lib/core/diagnostic';
import type { GroupDocument, MatchDocument, TopologyDocument } from '@/lib/core/document';
import { isWithin } from '../document-path';
import { printPorts } from '../forms/ports-text';
import type { Selection } from '../selection';

export type PictureKind = 'client' | 'gateway' | 'pair' | 'range' | 'group' | 'pool' | 'real-server';
export type PictureLine = { label: string; text: string; selection?: Selection; errors: number; warnings: number };
export type PictureNode = {
  id: string;
  kind: PictureKind;
  title: string;
  text: string;
  /** What a click selects; absent for what is not in the document. */
  selection?: Selection;
  lines: PictureLine[];
  errors: number;
  warnings: number;
};
export type PictureEdge = { id: string; from: string; to: string; text: string };
export type Picture = { nodes: PictureNode[]; edges: PictureEdge[] };

type Counter = (path: DiagnosticPath) => { errors: number; warnings: number };

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
    clientNode(),
    ...gatewayNodes(document, count),
    pairNode(document, count),
    ...rangeNodes(document, count),
    ...groupNodes(document, count),
    ...poolNodes(document, count),
  ];
  const ids = new Set(nodes.map(({ id }) => id));
  return { nodes, edges: edgesOf(document).filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

const none = { errors: 0, warnings: 0, lines: [] };

function clientNode(): PictureNode {
  return { id: 'client', kind: 'client', title: 'Clients', text: 'any address', ...none };
}

function gatewayNodes(document: TopologyDocument, count: Counter): PictureNode[] {
  const selection = { kind: 'addresses' } as const;
  if (document.gateways.length === 0)
    return [{ id: 'gateways.0', kind: 'gateway', title: 'Gateway', text: 'not named', selection, ...none }];
  return document.gateways.map((address, index) => ({
    id: `gateways.${index}`,
    kind: 'gateway',
    title: 'Gateway',
    text: address || '(no address)',
    selection,
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
    ...count(['virtualAddresses', side]),
  });
  const hosts = directors.map((director, index): PictureLine => ({
    label: director.name || '(no name)',
    text: `${director.external.address.split('/')[0]} / ${director.internal.address.split('/')[0]}`,
    selection: { kind: 'director', index },
    ...count(['directors', index]),
  }));
  const lines = [floating('external'), floating('internal'), ...hosts];
  const title = directors.length === 2 ? 'Pair' : directors.length === 1 ? 'Director' : 'Directors';
  return { id: 'pair', kind: 'pair', title, text: document.stack, selection: { kind: 'general' }, ...none, lines };
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
  return document.groups.map((group, index) => ({
    id: `groups.${index}`,
    kind: 'group',
    title: group.name || '(no name)',
    text: describeGroup(group),
    selection: { kind: 'group', index },
    lines: [],
    ...count(['groups', index]),
  }));
}

function describeGroup({ mark, scheduler, persistence }: GroupDocument): string {
  return `mark ${mark}, ${scheduler}${persistence ? `, persistent ${persistence.timeoutSeconds} s` : ''}`;
}

function poolNodes(document: TopologyDocument, count: Counter): PictureNode[] {
  return document.pools.flatMap((pool, index): PictureNode[] => {
    const selection = { kind: 'pool', index } as const;
    const { type, port } = pool.healthCheck;
    const check = type === 'off' ? 'no check' : `check ${type}${port === undefined ? '' : ` :${port}`}`;
    const realServers = pool.realServers.map((realServer, i): PictureNode => ({
      id: `pools.${index}.${i}`,
      kind: 'real-server',
      title: `${realServer.address || '(no address)'}${realServer.port === undefined ? '' : `:${realServer.port}`}`,
      text: `weight ${realServer.weight}`,
      selection,
      lines: [],
      ...count(['pools', index, 'realServers', i]),
    }));
    const self: PictureNode = {
      id: `pools.${index}`,
      kind: 'pool',
      title: pool.name || '(no name)',
      text: `${pool.forwarding}, ${check}`,
      selection,
      lines: [],
      ...count(['pools', index]),
    };
    return [self, ...realServers];
  });
}

export function printMatch({ protocol, ports }: MatchDocument): string {
  if (protocol === 'any') return 'any protocol';
  return ports === undefined ? `${protocol} all ports` : `${protocol} ${printPorts(ports)}`;
}

function edgesOf(document: TopologyDocument): PictureEdge[] {
  const { gateways, ranges, groups, pools, virtualAddresses } = document;
  const edge = (from: string, to: string, text: string): PictureEdge => ({ id: `${from}>${to}`, from, to, text });
  const via = virtualAddresses.external.split('/')[0] ?? '';
  const gatewayIds = gateways.length === 0 ? ['gateways.0'] : gateways.map((_gateway, index) => `gateways.${index}`);
  const poolOf = (name: string) => `pools.${pools.findIndex((pool) => pool.name === name)}`;
  const matchEdges = groups.flatMap((group, g) =>
    ranges.flatMap((range, r) => {
      const texts = group.matches.filter((match) => match.range === range.name).map(printMatch);
      return texts.length === 0 ? [] : [edge(`ranges.${r}`, `groups.${g}`, texts.join('; '))];
    }),
  );
  return [
    ...gatewayIds.map((id) => edge('client', id, '')),
    ...gatewayIds.map((id) => edge(id, 'pair', `via ${via}`)),
    ...ranges.map((_range, index) => edge('pair', `ranges.${index}`, '')),
    ...matchEdges,
    ...groups.map((group, index) => edge(`groups.${index}`, poolOf(group.pool), '')),
    ...pools.flatMap((pool, p) => pool.realServers.map((_realServer, i) => edge(`pools.${p}`, `pools.${p}.${i}`, ''))),
  ];
}
