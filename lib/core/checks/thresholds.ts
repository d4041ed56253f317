// Thresholds of real servers: numbers that IPVS takes, and in the right order.
import { error, type Diagnostic } from '../diagnostic';
import type { Check } from './check';

const MAX_THRESHOLD = 65_535;
const KEYS = ['upperThreshold', 'lowerThreshold'] as const;

export const checkThresholds: Check = ({ document }) =>
  document.pools.flatMap(({ realServers }, pool) =>
    realServers.flatMap((server, at): Diagnostic[] => {
      const path = ['pools', pool, 'realServers', at];
      const wrong = KEYS.filter((key) => !isThreshold(server[key]));
      if (wrong.length > 0) {
        return wrong.map((key) =>
          error(
            'real-server.threshold-invalid',
            [...path, key],
            `${key} ${server[key] ?? ''} of real server ${server.address} is not between 0 and ${MAX_THRESHOLD}.`,
            'Write a number of connections; leave it out for no limit.',
          ),
        );
      }
      return compareThresholds(server, [...path, 'lowerThreshold']);
    }),
  );

function compareThresholds(
  {
    address,
    upperThreshold = 0,
    lowerThreshold = 0,
  }: { address: string; upperThreshold?: number | undefined; lowerThreshold?: number | undefined },
  path: (string | number)[],
): Diagnostic[] {
  if (lowerThreshold === 0) return [];
  if (upperThreshold === 0) {
    const message = `Real server ${address} has a lower threshold but no upper one: the kernel refuses such a real server, so it would never serve.`;
    return [error('real-server.lower-threshold-alone', path, message, 'Add upperThreshold, or remove it.')];
  }
  if (lowerThreshold <= upperThreshold) return [];
  const message = `Real server ${address}: the lower threshold ${lowerThreshold} is above the upper one, ${upperThreshold}.`;
  return [
    error(
      'real-server.thresholds-crossed',
      path,
      message,
      'New connections stop at the upper threshold and start again below the lower one.',
    ),
  ];
}

function isThreshold(value: number | undefined): boolean {
  return value === undefined || (value >= 0 && value <= MAX_THRESHOLD);
}
