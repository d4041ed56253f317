// Secrets at rest: what is sealed opens only here, only in its own place, and only unchanged.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUpTestDatabase } from '@/lib/testing/test-database';
import { dataFolder } from './data-folder';
import { seal, unseal } from './sealed';

setUpTestDatabase();

describe('sealing', () => {
  it('opens what it sealed, and never gives the same bytes twice', () => {
    expect(unseal(seal('heartbeat key', 'a'), 'a')).toBe('heartbeat key');
    expect(seal('x', 'a')).not.toEqual(seal('x', 'a'));
  });

  it('refuses a secret that was moved to another row or changed by one bit', () => {
    const sealed = seal('heartbeat key', 'topology 1');
    expect(() => unseal(sealed, 'topology 2')).toThrow();
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(() => unseal(sealed, 'topology 1')).toThrow();
  });

  it('keeps its key in a file that only its owner reads', () => {
    seal('x', 'a');
    expect(fs.statSync(path.join(dataFolder(), 'kek')).mode & 0o777).toBe(0o600);
  });
});
