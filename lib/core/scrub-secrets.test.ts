// No secret is left where one is written, nor one that is known by value in any spelling; everything else stays as it was.
import { describe, expect, it } from 'vitest';
import { scrubText, scrubValue } from './scrub-secrets';

const SECRET = 'hunter2-Zebra';

describe('a text that leaves the console', () => {
  it.each([
    `auth {\n  chk_header authkeys\n}\nauth 1\n1 sha1 ${SECRET}\n`,
    `    authentication {\n        auth_type PASS\n        auth_pass ${SECRET}\n    }\n`,
    `        passwd = "${SECRET}"\n`,
    `\tpasswd=${SECRET}\n\tlogin=u`,
    `-        auth_pass ${SECRET}\n+        auth_pass ${SECRET}2\n`,
    JSON.stringify({ diff: `@@\n-auth_pass ${SECRET}\n+passwd = "${SECRET}"\n` }),
    `smtp_password ${SECRET}`,
    `passwd = "${SECRET}\nweight = 1\n`,
    `passwd = ab"c${SECRET}\n`,
    JSON.stringify({ diff: `+passwd = "${SECRET}\n weight = 1` }),
    `step failed: auth_pass ${SECRET} is too long`,
    `curl https://user:${SECRET}@hooks.example/x`,
    `Authorization: Bearer ${SECRET}`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----`,
  ])('has no secret where one is written: %j', (text) => {
    expect(scrubText(text, [])).not.toContain(SECRET);
    expect(scrubText(text, [])).toContain('(secret, not shown)');
  });

  it.each([
    ['plain', SECRET],
    ['in an address', encodeURIComponent('p@ss/w?rd')],
    ['in base64', btoa('p@ss/w?rd')],
    ['in JSON', JSON.stringify('say "x"')],
  ])('has no known secret, %s', (_how, text) => {
    const scrubbed = scrubText(`mail failed: ${text} was refused`, [SECRET, 'p@ss/w?rd', 'say "x"']);
    expect(scrubbed).toMatch(/^mail failed: "?\(secret, not shown\)"? was refused$/);
  });

  it.each([
    '-A LVS-CONSOLE -d 192.168.0.0/24 -m comment --comment "lvs:password-site" -j MARK --set-xmark 0x1/0xffffffff',
    'IP Virtual Server version 1.2.1 (size=4096)\nFWM  1 rr\n  -> 192.168.6.2:0 Masq 1 3 12',
    'auth 1\n',
    'auth_type PASS\n',
  ])('is otherwise the same: %j', (text) => {
    expect(scrubText(text, ['abc'])).toBe(text);
  });

  it('keeps what stands behind a secret', () => {
    expect(scrubText('passwd = "open\nweight = 1\n', [])).toBe('passwd = (secret, not shown)\nweight = 1\n');
    const open = { c: 'passwd = "open', d: 'say "x"' };
    expect(JSON.parse(scrubText(JSON.stringify(open), []))).toEqual({ ...open, c: 'passwd = (secret, not shown)' });
    const row = { a: 'auth_pass x', b: 'passwd = "y"\nweight = 1', c: 'passwd = "open' };
    expect(JSON.parse(scrubText(JSON.stringify(row), []))).toEqual({
      ...{ a: 'auth_pass (secret, not shown)', b: 'passwd = (secret, not shown)\nweight = 1' },
      c: 'passwd = (secret, not shown)',
    });
  });

  it('is scrubbed in every corner of a value, and under a name of a secret', () => {
    const value = { a: [{ password: 'x1', isOn: true, secret: false }], text: `z ${SECRET}`, n: 3, none: null };
    expect(scrubValue(value, [SECRET])).toEqual({
      ...{ a: [{ password: '(secret, not shown)', isOn: true, secret: false }], n: 3, none: null },
      text: 'z (secret, not shown)',
    });
  });
});
