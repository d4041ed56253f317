// The console's clock: heard from its pings, whatever the browser's own clock says, and not believed to stand still when pings are late.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Clock from './console-clock';

const TRUE_MS = Date.parse('2026-11-23T12:00:00Z');

describe.each([
  ['two minutes slow', -120_000],
  ['two minutes fast', 120_000],
  ['right', 0],
])('a browser whose clock is %s', (_what, skewMs) => {
  let clock: typeof Clock;
  const ping = (atMs: number, lateMs: number) => clock.hearConsoleTime(atMs, atMs + skewMs + lateMs);
  const errorAt = (atMs: number) => clock.toConsoleTime(atMs + skewMs) - atMs;
  beforeEach(async () => {
    vi.resetModules();
    clock = await import('./console-clock');
  });

  it('is told by one ping, up to what the ping was late', () => {
    ping(TRUE_MS, 80);
    expect(errorAt(TRUE_MS + 3_000)).toBe(-80);
  });

  it('is not thrown off by a ping that was held up, or that says nothing', () => {
    ping(TRUE_MS, 20);
    ping(TRUE_MS + 5_000, 9_000);
    clock.hearConsoleTime(Number.NaN);
    expect(errorAt(TRUE_MS + 15_000)).toBe(-20);
  });

  it('follows when somebody sets it', () => {
    for (let second = 0; second < 60; second += 5) ping(TRUE_MS + second * 1000, 20);
    for (let second = 60; second < 90; second += 5) ping(TRUE_MS + second * 1000, 500_000);
    expect(errorAt(TRUE_MS + 90_000)).toBe(-500_000);
  });
});

it('without a ping the browser’s own clock stands', async () => {
  vi.resetModules();
  const { toConsoleTime } = await import('./console-clock');
  expect(toConsoleTime(TRUE_MS)).toBe(TRUE_MS);
});
