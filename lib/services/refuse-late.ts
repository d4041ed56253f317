// Who saves settings says what they were changed from: what somebody else stored meanwhile is not overwritten unseen.
import 'server-only';
import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '@/lib/core/errors';

/** Under the lock of the row. Throws ServiceError('conflict', details.current). */
export function refuseLate<Settings>(what: string, seen: Settings, current: Settings): void {
  if (!isDeepStrictEqual(seen, current)) throw new ServiceError('conflict', what, { current });
}
