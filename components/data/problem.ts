// What a failed request means to the person who made it: what, why, next step.
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { ApiProblem } from '@/lib/api/client';

export type ProblemWords = {
  why: string;
  next: string;
  code: string;
  diagnostics: readonly Diagnostic[];
  detail?: string;
};

/** Where the answer itself does not name the step. */
const nextSteps: Record<string, string> = {
  unauthenticated: 'Sign in again.',
  forbidden: 'Ask an administrator for the role that this needs.',
  'not-found': 'It may have been removed; go back to the list.',
  conflict: 'Load the newest state and try again.',
  invalid: 'Mend the input and try again.',
  busy: 'Wait until that has ended, then try again.',
  unavailable: 'Try again in a few seconds; when it stays, the logs in the data folder say why.',
  unreachable: 'Check the director’s power, network and management address.',
  'host-key-unknown': 'Open the director, scan its host key and accept it.',
  'host-key-changed': 'Stop. Find out why the host key changed before anything else.',
  'authentication-refused': 'Put the console’s public key into authorized_keys of the director.',
  'guard-missing': 'Open the director and install the guard.',
  'sudo-missing': 'Install sudo on the director, or run the install command of the form root there.',
  'sudo-refused': 'Open the director and run its install command there as root.',
  'key-limited': 'Open the director and run its install command there as root.',
};

export function describeProblem(error: unknown): ProblemWords {
  if (error instanceof ApiProblem) return describeAnswer(error);
  return {
    why: 'The console did not answer.',
    next: 'Check the network between this browser and the console, then try again.',
    code: 'network',
    diagnostics: [],
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** The request id stands in the log, which has what the console failed at. */
function describeAnswer({ status, code, detail, next, diagnostics = [], requestId }: ApiProblem): ProblemWords {
  return {
    why: status >= 500 && requestId !== undefined ? `${detail} Request ${requestId}.` : detail,
    next: next ?? nextSteps[code] ?? 'Try again; when it stays, the log of the console says more.',
    ...{ code, diagnostics },
  };
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

/** What someone else saved, a revision where nothing else is said, when that is why a save was refused. */
export function conflictOf<Current = TopologyRevision>(error: unknown): Current | undefined {
  if (!(error instanceof ApiProblem) || error.code !== 'conflict') return undefined;
  return error.details?.current as Current | undefined;
}
