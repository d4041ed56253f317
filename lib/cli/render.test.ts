// `render --out DIR` for every stack, and what it does with files of an earlier run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runCli } from './main';

const testdata = path.join(import.meta.dirname, '../render/testdata');
const caseFile = (name: string) => path.join(testdata, name, 'topology.yaml');
let folder: string;
let stderr: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-render-'));
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});

afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

function filesBelow(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

/** The golden folder beside a case, without what is told to the guard. */
function goldenFiles(name: string): string[] {
  return filesBelow(path.join(testdata, name, 'expected')).filter(
    (file) => !/^[^/]+\/intent\/|(^|\/)FILES$|^diagnostics\.json$/.test(file),
  );
}

it.each([
  'keepalived-masq-nftables-dual-systemd',
  'single-gate-nftables-dual-ifupdown',
  'heartbeat-ipip-iptables-v4-ifupdown',
])('writes exactly the golden files of %s and the manifest that names them', async (name) => {
  const out = path.join(folder, 'out');
  expect(await runCli(['render', caseFile(name), '--out', out])).toBe(0);
  expect(filesBelow(out)).toEqual(['.lvs-console-render', ...goldenFiles(name)].toSorted());
  for (const file of goldenFiles(name).filter((each) => !each.endsWith('/authkeys'))) {
    const golden = fs.readFileSync(path.join(testdata, name, 'expected', file), 'utf8');
    expect(fs.readFileSync(path.join(out, file), 'utf8'), file).toBe(golden);
  }
  expect(stderr.includes('a random one was made')).toBe(name.startsWith('heartbeat'));
});

it('removes what an earlier run wrote and this one does not, with its empty folders, and nothing else', async () => {
  expect(await runCli(['render', caseFile('heartbeat-ipip-iptables-v4-ifupdown'), '--out', folder])).toBe(0);
  fs.writeFileSync(path.join(folder, 'director1/etc/ha.d/notes'), 'of a person');
  fs.writeFileSync(path.join(folder, 'README'), 'of a person');
  const next = 'keepalived-masq-nftables-v4-ifupdown';
  expect(await runCli(['render', caseFile(next), '--out', folder])).toBe(0);
  expect(filesBelow(folder)).toEqual(
    ['.lvs-console-render', 'README', 'director1/etc/ha.d/notes', ...goldenFiles(next)].toSorted(),
  );
  expect(fs.existsSync(path.join(folder, 'director2/etc/ha.d'))).toBe(false);
});

it('removes nothing from a folder that no earlier run made', async () => {
  const stray = path.join(folder, 'director1/etc/ha.d/ha.cf');
  fs.mkdirSync(path.dirname(stray), { recursive: true });
  fs.writeFileSync(stray, 'of a person');
  expect(await runCli(['render', caseFile('keepalived-masq-nftables-v4-ifupdown'), '--out', folder])).toBe(0);
  expect(fs.readFileSync(stray, 'utf8')).toBe('of a person');
});

it('never removes outside of its folder, whatever the manifest says', async () => {
  const out = path.join(folder, 'out');
  const outside = path.join(folder, 'outside');
  fs.mkdirSync(path.join(out, 'inside'), { recursive: true });
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, 'a'), '');
  fs.writeFileSync(path.join(folder, 'b'), '');
  fs.symlinkSync(outside, path.join(out, 'link'));
  fs.symlinkSync(path.join(folder, 'b'), path.join(out, 'linked-file'));
  const names = ['../b', 'link/a', 'linked-file', 'inside', `${outside}/a`, ''];
  fs.writeFileSync(path.join(out, '.lvs-console-render'), names.join('\n'));
  expect(await runCli(['render', caseFile('keepalived-masq-nftables-v4-ifupdown'), '--out', out])).toBe(0);
  expect(
    [path.join(outside, 'a'), path.join(folder, 'b'), path.join(out, 'linked-file')].every((file) =>
      fs.existsSync(file),
    ),
  ).toBe(true);
});
