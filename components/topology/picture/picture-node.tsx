'use client';
// One box of the picture: a button that selects its object, with its problems as badges.
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { CircleAlert, Cloud, Layers, Network, Router, Server, Tag, TriangleAlert, type LucideIcon } from 'lucide-react';
import { cn } from '@/components/ui/class-names';
import type { Selection } from '../selection';
import type { PictureKind, PictureLine, PictureNode } from './build-graph';

export type PictureData = {
  node: PictureNode;
  selected: string;
  activeDirector: string | undefined;
  onSelect: (selection: Selection) => void;
  print: (selection: Selection) => string;
};
export type PictureFlowNode = Node<PictureData, 'object'>;

const looks: Record<PictureKind, { Icon: LucideIcon; word: string }> = {
  client: { Icon: Cloud, word: '' },
  gateway: { Icon: Router, word: '' },
  pair: { Icon: Server, word: '' },
  range: { Icon: Network, word: 'Range' },
  group: { Icon: Tag, word: 'Group' },
  pool: { Icon: Layers, word: 'Pool' },
  'real-server': { Icon: Server, word: 'Real server' },
};
const handle = 'opacity-0 pointer-events-none';

export function PictureNodeBox({ data }: NodeProps<PictureFlowNode>) {
  const { node } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} className={handle} />
      <div
        className={cn(
          'h-full rounded border bg-card text-foreground',
          node.kind === 'pair' ? 'border-foreground/30 p-1' : '',
          node.errors > 0 && 'border-down',
        )}
      >
        <Head {...data} />
        {node.lines.map((line) => (
          <LineButton key={line.label} line={line} {...data} />
        ))}
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} className={handle} />
    </>
  );
}

function Head({ node, selected, onSelect, print }: PictureData) {
  const { Icon, word } = looks[node.kind];
  const { selection } = node;
  const isSelected = selection !== undefined && node.kind !== 'real-server' && print(selection) === selected;
  const inside = (
    <>
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-muted-foreground" />
      <span className="min-w-0 flex-1 text-left">
        <span className="block truncate font-medium">
          <span className={word ? 'sr-only' : ''}>{word} </span>
          {node.title}
        </span>
        <span className="block truncate font-mono text-xs text-muted-foreground">{node.text}</span>
      </span>
      <ProblemBadge errors={node.errors} warnings={node.warnings} />
    </>
  );
  const className = cn(
    'flex w-full items-start gap-1.5 rounded px-2 py-1.5',
    node.kind !== 'pair' && 'h-full',
    isSelected && 'bg-accent-soft ring-2 ring-primary',
  );
  if (!selection) return <div className={className}>{inside}</div>;
  return (
    <button
      type="button"
      title={`${node.title}: ${node.text}`}
      aria-pressed={isSelected}
      className={cn('nodrag nopan', className)}
      onClick={() => onSelect(selection)}
    >
      {inside}
    </button>
  );
}

function LineButton({ line, selected, activeDirector, onSelect, print }: PictureData & { line: PictureLine }) {
  const { selection } = line;
  if (!selection) return null;
  const isDirector = selection.kind === 'director';
  const isSelected = print(selection) === selected;
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={() => onSelect(selection)}
      className={cn(
        'nodrag nopan flex h-[38px] w-full items-center gap-1.5 rounded px-2 text-left',
        isDirector && 'border border-dashed',
        isSelected && 'bg-accent-soft ring-2 ring-primary',
      )}
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate text-xs leading-4">
          {line.label}
          {isDirector && line.label === activeDirector && <span className="ml-1.5 font-medium text-up">● active</span>}
        </span>
        <span className="block truncate font-mono text-xs leading-4 text-muted-foreground">{line.text}</span>
      </span>
      <ProblemBadge errors={line.errors} warnings={line.warnings} />
    </button>
  );
}

function ProblemBadge({ errors, warnings }: { errors: number; warnings: number }) {
  if (errors + warnings === 0) return null;
  const isError = errors > 0;
  const count = isError ? errors : warnings;
  const Icon = isError ? CircleAlert : TriangleAlert;
  return (
    <span className={cn('flex items-center gap-0.5 text-xs font-medium', isError ? 'text-down' : 'text-warn')}>
      <Icon aria-hidden className="size-3" />
      {count}
      <span className="sr-only">{isError ? ' errors' : ' warnings'}</span>
    </span>
  );
}
