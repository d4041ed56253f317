// What somebody wrote by hand into a managed file comes from the director without its secrets.
import { describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { framesOf, type GuardHost } from '../ssh/guard-host';
import { readChangedFiles } from './read-changed-files';

const LDIRECTORD = '/etc/ha.d/ldirectord.cf';
const KEEPALIVED = '/etc/keepalived/keepalived.conf';
const changed = [LDIRECTORD, KEEPALIVED].map((path) => ({ path, kind: 'changed' as const }));

function hostWith(files: Record<string, string>): Pick<GuardHost, 'read'> {
  const lines = Object.entries(files).flatMap(([path, text]) => text.split('\n').map((line) => `${path}\t${line}\n`));
  const stdout = `@@ begin changed-files\n${lines.join('')}@@ end changed-files 0\n`;
  return { read: async (sections) => framesOf('director1', stdout, sections) };
}

const read = (host: Pick<GuardHost, 'read'>) => readChangedFiles(host as GuardHost, changed);

describe('the text of changed files', () => {
  it('comes with a mark in the place of each secret, and otherwise as it is', async () => {
    const texts = await read(
      hostWith({
        [LDIRECTORD]: 'virtual=1\n\tlogin = "probe"\n\tpasswd = "hunter2 x"\n\tweight=1',
        [KEEPALIVED]: 'authentication {\n    auth_type PASS\n    auth_pass hunter2\n}',
      }),
    );
    expect(Object.fromEntries(texts)).toEqual({
      [LDIRECTORD]: 'virtual=1\n\tlogin = "probe"\n\tpasswd = (secret, not shown)\n\tweight=1\n',
      [KEEPALIVED]: 'authentication {\n    auth_type PASS\n    auth_pass (secret, not shown)\n}\n',
    });
  });

  it('is missing, and nothing else is, when the director does not give it', async () => {
    const refusing = async () => {
      throw new HostError('guard-refused', 'no section changed-files');
    };
    expect(await read({ read: refusing })).toEqual(new Map());
  });
});
