// What stands against a plan, each with its place in the topology.
import Link from 'next/link';
import { printPath, type Diagnostic } from '@/lib/core/diagnostic';
import { Notice } from '@/components/ui/notice';

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
        {problems.map((problem) => (
          <li key={`${problem.code} ${printPath(problem.path)} ${problem.message}`}>
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
