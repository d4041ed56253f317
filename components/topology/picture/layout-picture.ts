// Places the picture from left to right with dagre; sizes are known before anything is drawn.
import dagre from '@dagrejs/dagre';
import type { Picture, PictureNode } from './build-graph';

export const NODE_WIDTH = 176;
const PAIR_WIDTH = 236;
const NODE_HEIGHT = 50;
const LINE_HEIGHT = 38;

export type Placed = { x: number; y: number; width: number; height: number };

export function sizeOf(node: PictureNode): { width: number; height: number } {
  if (node.kind === 'pair') return { width: PAIR_WIDTH, height: 44 + node.lines.length * LINE_HEIGHT };
  return { width: NODE_WIDTH, height: NODE_HEIGHT };
}

/** Top left corners by node id. */
export function layoutPicture({ nodes, edges }: Picture): Map<string, Placed> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 44, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, sizeOf(node));
  for (const { from, to, text } of edges) {
    const width = text === '' ? 0 : Math.min(200, text.length * 6 + 10);
    graph.setEdge(from, to, { width, height: text === '' ? 0 : 14, labelpos: 'c' });
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
