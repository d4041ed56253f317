import { expect, it } from 'vitest';
import { parseChangedFiles, parseManagedFiles } from './managed-files';

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

it('puts the text of each file together, with its tabs and empty lines', () => {
  const texts = parseChangedFiles('/etc/a\tvirtual=1\n/etc/a\t\treal=2\n/etc/a\t\n/etc/b\t@@ end files 0\n');
  expect([...texts]).toEqual([
    ['/etc/a', 'virtual=1\n\treal=2\n\n'],
    ['/etc/b', '@@ end files 0\n'],
  ]);
});
