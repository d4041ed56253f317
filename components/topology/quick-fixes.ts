// Edits that would make a problem go away: offered only after the checks agree that they do.
import { checkTopology } from '@/lib/core/check';
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import { allocateMark } from '@/lib/core/mark-registry';
import { wantedDirectors } from './document-edits';
import { moveTo, removeAt, setAt } from './document-path';

export type QuickFix = { label: string; document: TopologyDocument };

/** Trying a fix is a run of all checks on the page's own thread; of more objects than this it would be felt. */
const MOST_TRIED = 300;

/** Offered only after the checks agree that they help; of a large topology untried, and undo takes them back. */
export function quickFixes(document: TopologyDocument, diagnostic: Diagnostic): QuickFix[] {
  const fixes = candidates(document, diagnostic);
  if (document.ranges.length + document.groups.length > MOST_TRIED) return fixes;
  return fixes.filter((fix) => solves(document, fix.document, diagnostic));
}

/** The problem itself is gone and no other error came instead. */
function solves(before: TopologyDocument, after: TopologyDocument, diagnostic: Diagnostic): boolean {
  const known = knownProblems(before);
  const left = checkTopology(after);
  const isGone = !left.some((each) => keyOf(each) === keyOf(diagnostic));
  return isGone && left.filter((each) => each.severity === 'error' && !known.has(keyOf(each))).length === 0;
}

const checked = new WeakMap<TopologyDocument, Set<string>>();

function knownProblems(document: TopologyDocument): Set<string> {
  const known = checked.get(document) ?? new Set(checkTopology(document).map(keyOf));
  checked.set(document, known);
  return known;
}

const keyOf = (diagnostic: Diagnostic) => `${diagnostic.code} ${diagnostic.message}`;

function candidates(document: TopologyDocument, { code, path, message }: Diagnostic): QuickFix[] {
  const [list, index] = path;
  if (code === 'director.count') return directorFixes(document);
  if (list !== 'groups' || typeof index !== 'number') return [];
  const group = document.groups[index];
  if (!group) return [];
  if (code === 'match.overlap') return overlapFixes(document, index, message);
  if (code === 'group.dead') return deadFixes(document, index, message);
  if (code.startsWith('mark.')) {
    const groups = document.groups.filter((_group, at) => at !== index);
    const mark = allocateMark({ groups, stack: document.stack });
    return [{ label: `Give ${group.name} mark ${mark}`, document: setAt(document, ['groups', index, 'mark'], mark) }];
  }
  return [];
}

function overlapFixes(document: TopologyDocument, index: number, message: string): QuickFix[] {
  const later = document.groups[index];
  if (!later) return [];
  const earlier = document.groups
    .slice(0, index)
    .filter(({ name }) => !later.overrides?.includes(name) && message.includes(`"${name}"`));
  return earlier.flatMap(({ name }) => {
    const overrides = [...(later.overrides ?? []), name];
    const position = document.groups.findIndex((group) => group.name === name);
    const moved = moveTo(document, ['groups'], position, index);
    const reversed = moved.groups.findIndex((group) => group.name === name);
    const taken = [...(document.groups[position]?.overrides ?? []), later.name];
    return [
      {
        label: `Let ${later.name} take these packets from ${name}`,
        document: setAt(document, ['groups', index, 'overrides'], overrides),
      },
      {
        label: `Let ${name} take these packets from ${later.name}`,
        document: setAt(moved, ['groups', reversed, 'overrides'], taken),
      },
    ];
  });
}

function deadFixes(document: TopologyDocument, index: number, message: string): QuickFix[] {
  const name = document.groups[index]?.name ?? '';
  const last = document.groups.length - 1;
  const others = document.groups
    .filter((group) => group.name !== name && message.includes(`"${group.name}"`))
    .map((group) => group.name);
  const moved = moveTo(document, ['groups'], index, last);
  return [
    {
      label: `Let ${name} take its packets back, as the last group`,
      document: setAt(moved, ['groups', last, 'overrides'], others),
    },
    { label: `Remove group ${name}`, document: removeAt(document, ['groups'], index) },
  ];
}

/** Which one goes is a person's choice; a second one has addresses that only a person knows. */
function directorFixes(document: TopologyDocument): QuickFix[] {
  const { directors } = document;
  if (directors.length !== wantedDirectors(document) + 1) return [];
  return directors.map(({ name }, index) => ({
    label: `Remove ${name}`,
    document: removeAt(document, ['directors'], index),
  }));
}
