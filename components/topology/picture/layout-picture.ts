// Places the picture with dagre, from left to right or, on a phone, from top to bottom; sizes are known before anything is drawn.
import dagre from '@dagrejs/dagre';
import type { Picture, PictureKind, PictureNode } from './build-graph';

export type Direction = 'LR' | 'TB';
export type Placed = { x: number; y: number; width: number; height: number };

const widths: Record<PictureKind, number> = { client: 104, gateway: 124, pair: 196, range: 150, group: 168, pool: 186 };
const HEAD_HEIGHT = 46;
export const LINE_HEIGHT = 36;
const LABEL_CHARACTER = 6.2;

export function sizeOf({ kind, lines }: PictureNode): { width: number; height: number } {
  return { width: widths[kind], height: HEAD_HEIGHT + (lines.length === 0 ? 0 : lines.length * LINE_HEIGHT + 10) };
}

/** Top left corners by node id. */
export function layoutPicture({ nodes, edges }: Picture, direction: Direction): Map<string, Placed> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: 14, ranksep: 30, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, sizeOf(node));
  for (const { from, to, text } of edges) {
    const label = text === '' ? { width: 0, height: 0 } : { width: text.length * LABEL_CHARACTER + 16, height: 16 };
    graph.setEdge(from, to, { ...label, labelpos: 'c' });
  }
  dagre.layout(graph);
  return new Map(
    nodes.map((node) => {
      const size = sizeOf(node);
      const { x = 0, y = 0 } = graph.node(node.id) as { x?: number; y?: number };
      return [node.id, { x: x - size.width / 2, y: y - size.height / 2, ...size }];
    }),
  );
}
