// Checks of ldirectord that say the same of every real server, dead or alive.
import { whyNeverFails, whyNeverSucceeds } from '../blindness';
import { error } from '../diagnostic';
import type { Check } from './check';
import { forEachPool } from './health-checks';

export const checkNeverSucceeding: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    if (resolution.document.stack === 'keepalived') return [];
    return whyNeverSucceeds(healthCheck).map(({ field, why, hint }) => {
      const message = `ldirectord's check of pool "${name}" can never succeed, because ${why}: every real server would count as dead.`;
      return error('health-check.never-succeeds', [...path, field], message, hint);
    });
  });

export const checkNeverFailing: Check = (resolution) =>
  forEachPool(resolution, ({ pool: { name, healthCheck }, path }) => {
    if (resolution.document.stack === 'keepalived') return [];
    return whyNeverFails(healthCheck).map(({ field, why, hint }) => {
      const message = `ldirectord's check of pool "${name}" can never fail, because ${why}: a dead real server would keep its connections.`;
      return error('health-check.never-fails', [...path, field], message, hint);
    });
  });
