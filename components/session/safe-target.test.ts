// Nobody is led away from the console by a link to its sign-in.
import { describe, expect, it } from 'vitest';
import { safeTarget } from './safe-target';

const HERE = 'https://console.example';

describe('after sign-in', () => {
  it.each([
    ['/live/1?tab=trace&q=a%20b#row', `${HERE}/live/1?tab=trace&q=a%20b#row`],
    ['/', `${HERE}/`],
    ['/deploys/../audit', `${HERE}/audit`],
  ])('%s leads to its page', (next, target) => {
    expect(safeTarget(next, HERE)).toBe(target);
  });

  it.each([
    [undefined],
    [''],
    ['live'],
    ['//evil.example'],
    ['/\t/evil.example'],
    ['/\n//evil.example'],
    ['/\\evil.example'],
    ['\\\\evil.example'],
    ['https://evil.example/'],
    ['https://console.example.evil.example/'],
    ['javascript:alert(1)'],
    ['blob:https://console.example/x'],
    ['//'],
  ])('%j leads to the front page', (next) => {
    expect(safeTarget(next, HERE)).toBe('/topologies');
  });

  it.each([['/.//evil.example'], ['/a/..//evil.example'], ['/%09/evil.example']])('%s stays here', (next) => {
    const target = safeTarget(next, HERE);
    expect(new URL(target, HERE).origin).toBe(HERE);
  });
});
