// Whether a failed request is known to have done nothing.
import { ApiProblem } from '@/lib/api/client';

/** 4xx says no before anything is begun. An answer that was lost, and a failure of the console or of a proxy, may come after it. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiProblem && error.status >= 400 && error.status < 500;
}
