// Whatever is chosen in the FTP wizard, the checks have nothing left to say about FTP.
import { describe, expect, it } from 'vitest';
import { checkTopology } from '@/lib/core/check';
import { forwardingSchema, type TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import { setAt } from '../document-path';
import { ftpSettings, planFtp, refusePassiveRange, type FtpChoice } from './ftp-plan';

const choice: FtpChoice = {
  ranges: ['services'],
  pool: 'web',
  passiveFirst: 50_000,
  passiveLast: 50_999,
  persistenceSeconds: 600,
};
const seedWith = (forwarding: (typeof forwardingSchema.options)[number]): TopologyDocument =>
  setAt(seedDocument(), ['pools', 0, 'forwarding'], forwarding);
const errorsOf = (document: TopologyDocument) =>
  checkTopology(document)
    .filter(({ severity, code }) => severity === 'error' || code.startsWith('ftp.'))
    .map(({ code }) => code);

describe.each(forwardingSchema.options)('FTP under %s', (forwarding) => {
  it('gives a topology without an error and without a word about FTP', () => {
    const { document } = planFtp(seedWith(forwarding), choice);
    expect(errorsOf(document)).toEqual([]);
  });

  it('has the module exactly where it helps, and persistence exactly where it does not', () => {
    const { document, group } = planFtp(seedWith(forwarding), choice);
    expect(document.ftp).toBe(forwarding === 'masq');
    expect(group.persistence?.timeoutSeconds).toBe(forwarding === 'masq' ? undefined : 600);
  });
});

describe('the FTP group', () => {
  it('takes the control and the passive ports from the groups that had them, and says so', () => {
    const { group, takesFrom } = planFtp(seedWith('masq'), choice);
    expect(takesFrom).toEqual(['everything']);
    expect(group).toEqual({
      name: 'ftp',
      mark: 2,
      matches: [{ range: 'services', protocol: 'tcp', ports: [21, '50000-50999'] }],
      scheduler: 'wlc',
      pool: 'web',
      overrides: ['everything'],
    });
  });

  it('never turns the module off for another group', () => {
    expect(planFtp({ ...seedWith('gate'), ftp: true }, choice).document.ftp).toBe(true);
  });
});

it.each([
  [1023, 2000, /between/],
  [50_000, 70_000, /between/],
  [50_999, 50_000, /above/],
  [1024, 65_535, undefined],
])('judges the passive range %i to %i', (passiveFirst, passiveLast, wanted) => {
  const refusal = refusePassiveRange({ ...choice, passiveFirst, passiveLast });
  if (wanted) expect(refusal).toMatch(wanted);
  else expect(refusal).toBeUndefined();
});

it('tells each daemon the same ports that are marked', () => {
  expect(ftpSettings(choice).map(({ lines }) => lines.at(-1))).toEqual([
    'pasv_max_port=50999',
    'PassivePorts 50000 50999',
    '50000 50999',
  ]);
});
