import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labFiles, layoutLab } from './layout';
import { hashInputs } from './root-image';
import { quoteWord, sshArgv } from './ssh';
import { readState, updateState, writeState, type LabState } from './state';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-state-'));
  vi.stubEnv('LVS_CONSOLE_RUN', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true, force: true });
});

const stateOf = (name: string): LabState => ({
  version: 1,
  layout: layoutLab({ name }),
  namespaces: [name],
  image: { rootImage: '/i', keyFile: '/k', kernel: '/u' },
  authorizedKeys: [],
  processes: { director1: { pid: 5, startTicks: 6, bootId: 'b' } },
});

describe('state file', () => {
  it('gives back what was written, in a folder only its owner can enter', () => {
    const state = stateOf('one');
    writeState(state);
    expect(readState(state.layout.runFolder)).toEqual(state);
    expect(fs.statSync(state.layout.runFolder).mode & 0o777).toBe(0o700);
  });

  it('tells a lab that is not there from a file that is damaged', () => {
    const { runFolder } = layoutLab({ name: 'two' });
    expect(readState(runFolder)).toBeUndefined();
    fs.mkdirSync(runFolder, { recursive: true });
    fs.writeFileSync(labFiles(runFolder).state, '{"version":1}');
    expect(() => readState(runFolder)).toThrow('not the state of a lab');
  });

  it('still reads a lab that was opened before real servers could be machines, so that it can be removed', () => {
    const state = stateOf('older');
    const { runFolder } = state.layout;
    const layout = { ...state.layout, umlRealServers: undefined, directReturn: undefined }; // JSON leaves them out
    fs.mkdirSync(runFolder, { recursive: true });
    fs.writeFileSync(labFiles(runFolder).state, JSON.stringify({ ...state, layout }));
    expect(readState(runFolder)).toEqual(state);
  });

  it('does not lose what another process wrote meanwhile', () => {
    const state = stateOf('three');
    writeState(state);
    const identity = { pid: 8, startTicks: 9, bootId: 'b' };
    updateState(state.layout.runFolder, (next) => (next.processes['rs1'] = identity));
    updateState(state.layout.runFolder, (next) => (next.processes['rs2'] = identity));
    expect(Object.keys(readState(state.layout.runFolder)?.processes ?? {})).toEqual(['director1', 'rs1', 'rs2']);
  });
});

describe('hashInputs', () => {
  const inputs = [
    ['a', 'one'],
    ['b', 'two'],
  ] as const;
  it('does not depend on the order', () => expect(hashInputs([...inputs].reverse())).toBe(hashInputs(inputs)));
  it.each([
    [
      'a content',
      [
        ['a', 'one'],
        ['b', 'twO'],
      ],
    ],
    [
      'a name',
      [
        ['a', 'one'],
        ['c', 'two'],
      ],
    ],
    [
      'where one input ends',
      [
        ['a', 'on'],
        ['eb', 'two'],
      ],
    ],
    ['how many there are', [['a', 'one']]],
  ] as const)('depends on %s', (_what, other) => expect(hashInputs(other)).not.toBe(hashInputs(inputs)));
});

describe('ssh', () => {
  it.each([
    ['ipvsadm', 'ipvsadm'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's $HOME;", `'it'\\''s $HOME;'`],
  ])('quotes %j for the shell over there', (word, quoted) => expect(quoteWord(word)).toBe(quoted));

  it('reads no settings of the person who runs it and goes to loopback only', () => {
    const details = { address: '127.0.0.1', port: 2301, user: 'root', keyFile: '/k' } as const;
    const argv = sshArgv(details, '/run/cm', ['sh', '-c', 'echo a']);
    expect(argv.slice(0, 3)).toEqual(['ssh', '-F', 'none']);
    expect(argv.slice(-7)).toEqual(['-i', '/k', '-p', '2301', 'root@127.0.0.1', '--', "sh -c 'echo a'"]);
  });
});
