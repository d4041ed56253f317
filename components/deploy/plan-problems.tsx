// What stands against a plan, each with its place in the topology.
import Link from 'next/link';
import { printPath, type Diagnostic } from '@/lib/core/diagnostic';
import { Notice } from '@/components/ui/notice';

const rank = { error: 0, warning: 1, info: 2 } as const;
const words = { error: 'Error', warning: 'Warning', info: 'Note' } as const;

export function PlanProblems({ problems, topologyId }: { problems: readonly Diagnostic[]; topologyId: string }) {
  if (problems.length === 0) return null;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <Notice
      tone={errors > 0 ? 'down' : 'warn'}
      title={
        errors > 0
          ? `This plan cannot be deployed: ${errors} error${errors === 1 ? '' : 's'}.`
          : 'This plan can be deployed, with warnings.'
      }
    >
      <ul aria-label="Problems" className="list-disc pl-5">
        {[...problems]
          .sort((a, b) => rank[a.severity] - rank[b.severity])
          .map((problem) => (
            <li key={`${problem.code} ${printPath(problem.path)} ${problem.message}`}>
              <strong>{words[problem.severity]}:</strong>{' '}
              {problem.path.length > 0 && (
                <Link
                  href={`/topologies/${topologyId}?select=${problem.path.slice(0, 2).join('.')}`}
                  className="font-mono text-xs underline"
                >
                  {printPath(problem.path)}
                </Link>
              )}{' '}
              {problem.message} {problem.hint}{' '}
              <span className="font-mono text-xs text-muted-foreground">{problem.code}</span>
            </li>
          ))}
      </ul>
    </Notice>
  );
}
