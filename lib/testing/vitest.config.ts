// Vitest by what a test needs: `unit` nothing but the database, `processes` real servers that it starts and kills, `binaries`
// the real tools as judges, `crashes` the guard killed at every step, `lab` real directors (one file at a time: two pairs on two
// processors miss what they are held to).
import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '../..');
const alias = {
  '@': root,
  'server-only': path.join(import.meta.dirname, 'empty.ts'),
};

/** Real binaries as judges: slower, and they need Debian packages that `npm run check` does not install. */
const judged = [
  'lib/guard/**/*.test.ts',
  'lib/render/{judges,kernel-marks,kernel-readback,round-trip,rules-script,scripts}.test.ts',
];

/** Minutes by themselves: a gate of its own, so that a slow machine comes to the labs first. */
const crashes = ['lib/guard/guard-crash*.test.ts'];

/** They start, kill and wait for real PostgreSQL and SSH servers, or run the floors' judge: too slow for every save. */
const started = [
  'lib/db/{embedded-postgres,keep-postgres,listen,queue,schema-engine}.test.ts',
  'lib/ssh/connect.test.ts',
  'lib/api/event-stream.test.ts',
  'lib/testing/floors.test.ts',
  'lib/faults/host-watch.test.ts',
];

export default defineConfig({
  root,
  resolve: { alias },
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve: { alias },
        root,
        test: {
          name: 'unit',
          globalSetup: ['lib/testing/test-postgres.ts'],
          include: ['{lib,components,app}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.lab.test.ts', '**/node_modules/**', '**/.next/**', ...judged, ...started],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        root,
        test: {
          name: 'processes',
          globalSetup: ['lib/testing/test-postgres.ts'],
          include: started,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        root,
        test: {
          name: 'binaries',
          include: judged,
          exclude: ['**/*.lab.test.ts', ...crashes],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        root,
        test: { name: 'crashes', include: crashes, testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        resolve: { alias },
        root,
        test: {
          name: 'lab',
          globalSetup: ['lib/testing/test-postgres.ts'],
          include: ['lib/**/*.lab.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
