// What both directors say of a deploy's transaction, at this moment.
import { HostError } from '../core/errors';
import type { GuardStatus } from '../parse/guard-status';
import { reachedBy, type Reached } from './decide-resume';
import type { Run } from './deploy-run';
import { patientStatus } from './guard-change';
import { onBoth } from './run-step';

export type Stock = {
  statuses: Record<string, GuardStatus | undefined>;
  /** Without the directors that cannot be reached. */
  reached: Record<string, Reached>;
};

export async function takeStock(run: Run, waitMs: number): Promise<Stock> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const found = await onBoth(directors, async (director) => {
    const status = await patientStatus(run, director, waitMs).catch((error: unknown) => {
      if (error instanceof HostError) return undefined;
      throw error;
    });
    return { director, status };
  });
  return {
    statuses: Object.fromEntries(found.map(({ director, status }) => [director, status])),
    reached: Object.fromEntries(
      found.flatMap(({ director, status }) => (status ? [[director, reachedBy(status, run.deploy.transaction)]] : [])),
    ),
  };
}
