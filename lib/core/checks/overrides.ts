// `overrides`: a group may take packets of earlier groups on purpose, and says which groups.
import { error, warning } from '../diagnostic';
import { claimsOfResolution } from '../claims';
import type { Resolution } from '../resolution';
import type { Check } from './check';

export const checkOverrides: Check = (resolution) =>
  resolution.document.groups.flatMap(({ name, overrides = [] }, index) =>
    overrides.flatMap((other, at) =>
      checkOverride(resolution, { name, index }, other, ['groups', index, 'overrides', at]),
    ),
  );

function checkOverride(
  resolution: Resolution,
  later: { name: string; index: number },
  other: string,
  path: (string | number)[],
) {
  const { groups } = resolution.document;
  const otherIndex = groups.findIndex((group) => group.name === other);
  if (otherIndex < 0) {
    return [
      error(
        'overrides.unknown',
        path,
        `There is no group named "${other}" to override.`,
        'Name an earlier group, or remove this entry.',
      ),
    ];
  }
  if (otherIndex >= later.index) {
    const message = `Group "${later.name}" cannot override "${other}", which is not earlier: the later group always wins.`;
    return [error('overrides.not-earlier', path, message, 'Change the order of the groups, or remove this entry.')];
  }
  if (doShare(resolution, otherIndex, later.index)) return [];
  const message = `Group "${later.name}" overrides "${other}", but they share no packet.`;
  return [
    warning('overrides.unused', path, message, 'Remove this entry, so that a later overlap is not hidden by it.'),
  ];
}

/** Unresolved matches count as sharing: unknown is not "shares nothing". */
function doShare(resolution: Resolution, earlier: number, later: number): boolean {
  const { matches } = resolution;
  if (matches[earlier]?.includes(undefined) || matches[later]?.includes(undefined)) return true;
  const claims = claimsOfResolution(resolution);
  return (claims.byGroup[later] ?? []).some((claim) => claims.meeting(claim).some(({ group }) => group === earlier));
}
