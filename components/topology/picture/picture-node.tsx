'use client';
// One box of the picture: a button that selects its object, with its problems as badges.
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { CircleAlert, Cloud, Layers, Network, Router, Server, Tag, TriangleAlert, type LucideIcon } from 'lucide-react';
import { cn } from '@/components/ui/class-names';
import type { Selection } from '../selection';
import type { PictureKind, PictureLine, PictureNode, ProblemCount } from './build-graph';
import type { Direction } from './layout-picture';

export type PictureData = {
  node: PictureNode;
  selected: string;
  direction: Direction;
  activeDirector: string | undefined;
  /** What the typed packet goes through: `group everything`. */
  lit: ReadonlySet<string>;
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
};
const handle = 'opacity-0 pointer-events-none';
const selectedLook = 'bg-accent-soft ring-2 ring-primary';

/** Every packet comes from a client by a gateway to the pair; the rest is what the trace names. */
export function isLit({ node: { kind, title }, lit }: PictureData): boolean {
  if (lit.size === 0) return false;
  return kind === 'client' || kind === 'gateway' || kind === 'pair' || lit.has(`${kind} ${title}`);
}

export function PictureNodeBox({ data }: NodeProps<PictureFlowNode>) {
  const { node, direction } = data;
  const isFlat = direction === 'LR';
  return (
    <>
      <Handle type="target" position={isFlat ? Position.Left : Position.Top} isConnectable={false} className={handle} />
      <div
        className={cn(
          'h-full rounded border border-input/70 bg-card text-foreground',
          node.errors > 0 && 'border-down',
          isLit(data) && 'outline-2 outline-offset-1 outline-primary',
        )}
      >
        <Head {...data} />
        {node.lines.length > 0 && (
          <div className="flex flex-col border-t px-1 pt-1">
            {node.lines.map((line, index) => (
              <LineButton key={index} line={line} {...data} />
            ))}
          </div>
        )}
      </div>
      <Handle
        type="source"
        position={isFlat ? Position.Right : Position.Bottom}
        isConnectable={false}
        className={handle}
      />
    </>
  );
}

function Head({ node, selected, onSelect, print }: PictureData) {
  const { Icon, word } = looks[node.kind];
  const { selection } = node;
  const isSelected = selection !== undefined && print(selection) === selected;
  const inside = (
    <>
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-muted-foreground" />
      <span className="min-w-0 flex-1 text-left">
        <span className="block truncate font-medium">
          {word && <span className="sr-only">{word} </span>}
          {node.title}
        </span>
        <span className="block truncate font-mono text-xs text-muted-foreground">{node.text}</span>
      </span>
      <ProblemBadge {...node} />
    </>
  );
  const className = cn('flex h-[44px] w-full items-start gap-1.5 rounded px-2 py-1', isSelected && selectedLook);
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

function LineButton({ line, node, selected, activeDirector, onSelect, print }: PictureData & { line: PictureLine }) {
  const isActive = node.kind === 'pair' && line.isHost && line.label === activeDirector;
  const isSelected = node.kind === 'pair' && print(line.selection) === selected;
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={() => onSelect(line.selection)}
      className={cn(
        'nodrag nopan flex h-[36px] w-full items-center gap-1.5 rounded px-1.5 text-left',
        isSelected && selectedLook,
      )}
    >
      {line.isHost && <Server aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />}
      <span className="min-w-0 flex-1">
        <span className="block truncate text-xs leading-4">
          {line.label}
          {isActive && <span className="ml-1.5 font-medium text-up">● active</span>}
        </span>
        <span className="block truncate font-mono text-[11px] leading-4 text-muted-foreground">{line.text}</span>
      </span>
      <ProblemBadge {...line} />
    </button>
  );
}

function ProblemBadge({ errors, warnings }: ProblemCount) {
  if (errors + warnings === 0) return null;
  const isError = errors > 0;
  const Icon = isError ? CircleAlert : TriangleAlert;
  return (
    <span className={cn('flex items-center gap-0.5 text-xs font-medium', isError ? 'text-down' : 'text-warn')}>
      <Icon aria-hidden className="size-3" />
      {isError ? errors : warnings}
      <span className="sr-only">{isError ? ' errors' : ' warnings'}</span>
    </span>
  );
}
