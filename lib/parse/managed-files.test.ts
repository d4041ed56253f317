import { expect, it } from 'vitest';
import { parseManagedFiles } from './managed-files';

it('reads what the guard prints, and drops nothing in silence', () => {
  const { value, diagnostics } = parseManagedFiles(
    'replaced /etc/ha.d/ha.cf\nchanged /etc/ha.d/haresources\nchanged intent/ipvs\nodd\n',
  );
  expect(value).toEqual([
    { path: '/etc/ha.d/ha.cf', kind: 'replaced' },
    { path: '/etc/ha.d/haresources', kind: 'changed' },
    { path: 'intent/ipvs', kind: 'changed' },
  ]);
  expect(diagnostics.map(({ line }) => line)).toEqual([4]);
  expect(parseManagedFiles('')).toEqual({ value: [], diagnostics: [] });
});
