'use client';
// The drawn picture. Heavy (xyflow, dagre): loaded after the page by lazy-picture.tsx.
import '@xyflow/react/dist/style.css';
import { useMemo } from 'react';
import { Background, Controls, MarkerType, Panel, Position, ReactFlow, type Edge } from '@xyflow/react';
import { useTheme } from 'next-themes';
import { useMedia } from '@/components/ui/use-media';
import { useEditor } from '../editor-context';
import { printSelection } from '../selection';
import { litObjects, usePacketTrace } from '../use-packet-trace';
import { buildPicture, type Picture } from './build-graph';
import { layoutPicture, type Direction } from './layout-picture';
import { isLit, PictureNodeBox, type PictureData, type PictureFlowNode } from './picture-node';
import { sightOf } from './sight';

const nodeTypes = { object: PictureNodeBox };

function toFlowNodes(picture: Picture, data: Omit<PictureData, 'node'>): PictureFlowNode[] {
  const places = layoutPicture(picture, data.direction);
  const isFlat = data.direction === 'LR';
  return picture.nodes.map((node) => {
    const { x = 0, y = 0, width = 0, height = 0 } = places.get(node.id) ?? {};
    return {
      id: node.id,
      type: 'object',
      position: { x, y },
      width,
      height,
      sourcePosition: isFlat ? Position.Right : Position.Bottom,
      targetPosition: isFlat ? Position.Left : Position.Top,
      data: { node, ...data },
      draggable: false,
      selectable: false,
      focusable: false,
      // The buttons inside take the clicks; xyflow turns them off for nodes that it cannot select itself.
      style: { pointerEvents: 'all' },
    };
  });
}

/** An edge is on the way of the packet when both of its ends are. */
function toFlowEdges({ edges }: Picture, nodes: readonly PictureFlowNode[]): Edge[] {
  const litNodes = new Set(nodes.flatMap(({ id, data }) => (isLit(data) ? [id] : [])));
  return edges.map(({ id, from, to, text }) => ({
    id,
    source: from,
    target: to,
    label: text,
    focusable: false,
    selectable: false,
    labelStyle: { fill: 'var(--muted-foreground)', fontSize: 11, fontFamily: 'var(--font-mono)' },
    labelBgStyle: { fill: 'var(--background)' },
    style:
      litNodes.has(from) && litNodes.has(to)
        ? { stroke: 'var(--primary)', strokeWidth: 2.5 }
        : { stroke: 'var(--input)' },
    markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--input)' },
  }));
}

export default function TopologyPicture({ activeDirector }: { activeDirector: string | undefined }) {
  const { document, diagnostics, selection, select } = useEditor();
  const { resolvedTheme } = useTheme();
  const sight = useMemo(() => sightOf(document, selection), [document, selection]);
  const picture = useMemo(() => buildPicture(document, diagnostics, sight), [document, diagnostics, sight]);
  const selected = printSelection(selection);
  const { trace } = usePacketTrace();
  const lit = useMemo(() => litObjects(trace), [trace]);
  const direction: Direction = useMedia('(max-width: 640px)') ? 'TB' : 'LR';
  const nodes = useMemo(
    () => toFlowNodes(picture, { selected, direction, activeDirector, lit, onSelect: select, print: printSelection }),
    [picture, selected, direction, activeDirector, lit, select],
  );
  const edges = useMemo(() => toFlowEdges(picture, nodes), [picture, nodes]);
  // A new number of objects is a new layout: fit it; edits of a field keep the view still.
  const shape = `${direction} ${picture.nodes.map(({ id, lines }) => `${id}:${lines.length}`).join(' ')}`;
  return (
    <ReactFlow
      key={shape}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      fitView
      fitViewOptions={{ padding: 0.03, maxZoom: 1.1 }}
      minZoom={0.15}
      nodesDraggable={false}
      nodesConnectable={false}
      zoomOnDoubleClick={false}
      preventScrolling={false}
      zoomOnScroll={false}
      colorMode={resolvedTheme === 'dark' ? 'dark' : 'light'}
      aria-label="Picture of the topology"
    >
      <Background gap={20} size={1} />
      {!sight.isWhole && (
        <Panel position="top-left" className="text-xs text-muted-foreground">
          Drawn: what is around the selected object. Select another below.
        </Panel>
      )}
      <Controls showInteractive={false} position="top-right" orientation="horizontal" />
    </ReactFlow>
  );
}
