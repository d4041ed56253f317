// The table and the priority of the marks are the console's alone, or nothing is deployed; what is elsewhere, or of the other family, is nobody's business.
import { describe, expect, it } from 'vitest';
import { parseIpRoutes, parseIpRules } from '../parse/ip-json';
import { seedDocument } from '../core/seed';
import { planChange } from './test-observed';

type Found = { routes?: string; rules?: string; family?: 4 | 6 };

/** A plan for two directors that are as they should be, but for these lines of `ip -j -d` on the second. */
function planWith({ routes, rules, family = 4 }: Found) {
  const seed = seedDocument();
  return planChange(seed, seed, (input) => {
    const host = input.observed['director2']!;
    if (routes !== undefined) host.routes.push(...parseIpRoutes(routes).value);
    if (rules !== undefined) host.policyRules.push(...parseIpRules(rules, family).value);
    return input;
  });
}

const route = '[{"dst":"default","gateway":"203.0.113.1","dev":"eth2","table":"100","protocol":"boot"}]';
const rule = '[{"priority":32765,"src":"203.0.113.5","table":"100","protocol":"unspec"}]';
const beside = '[{"priority":100,"src":"10.0.0.0","srclen":8,"table":"200","protocol":"static"}]';

describe('a deploy is refused where', () => {
  it.each<[string, Found, string, string]>([
    [
      'the table has a route of others',
      { routes: route },
      'host.policy-table',
      'director2 uses routing table 100 for something else: "default via 203.0.113.1 dev eth2 table 100".',
    ],
    [
      'a rule of others leads to the table',
      { rules: rule },
      'host.policy-table',
      'director2 uses routing table 100 for something else: "32765: from 203.0.113.5 lookup 100".',
    ],
    [
      'a rule of others has the priority',
      { rules: beside },
      'host.policy-priority',
      'director2 has other policy rules of priority 100: "100: from 10.0.0.0/8 lookup 200".',
    ],
  ])('%s', (_name, found, code, start) => {
    const { problems, deployable } = planWith(found);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.message.startsWith(start)).toBe(true);
    expect(problems[0]?.hint).toContain('than 100');
    expect(deployable).toBe(false);
  });

  it('both are in the way, with no more than three of each by name', () => {
    const many = [1, 2, 3, 4, 5].map((at) => rule.replace('203.0.113.5', `203.0.113.${at}`));
    const rules = JSON.stringify([...many, beside].flatMap((text): unknown[] => JSON.parse(text) as unknown[]));
    const { problems } = planWith({ routes: route, rules });
    expect(problems.map(({ code }) => code)).toEqual(['host.policy-table', 'host.policy-priority']);
    expect(problems[0]?.message).toContain('"32765: from 203.0.113.2 lookup 100" and 3 more.');
  });
});

it.each<[string, Found]>([
  ['our own', { rules: '[{"priority":100,"iif":"eth0","fwmark":"0x9","table":"100","protocol":"76"}]' }],
  ['another table', { routes: route.replace('"100"', '"200"') }],
  ['another priority', { rules: beside.replace('100', '101') }],
  ['the other family', { rules: rule, family: 6 }],
])('%s is in nobody’s way', (_name, found) => {
  expect(planWith(found)).toMatchObject({ problems: [], deployable: true });
});
