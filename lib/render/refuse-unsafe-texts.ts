// The last gate for user text: only what a printer can write without changing the meaning of a line gets through.
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import { findRegexFault } from '../core/find-regex-fault';
import { describeRegexFault } from '../core/regex-fault';
import type { Topology } from '../core/topology';

type Text = { path: DiagnosticPath; text: string; pattern: RegExp };

const OBJECT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/;
const INTERFACE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
const NETMASK = /^((\d{1,3}\.){3}\d{1,3}|\d{1,3})$/;
/** ldirectord.cf has no escapes: a quote ends the text and a # cuts the line, even inside quotes. keepalived.conf alike. */
const QUOTED_TEXT = /^[^"#\p{Cc}\p{Zl}\p{Zp}]{0,255}$/u;
const QUOTED_FIELDS = ['request', 'receive', 'virtualHost', 'login', 'database'] as const;

export function refuseUnsafeTexts(topology: Topology): Diagnostic[] {
  const unsafe = [...textsOf(topology), ...namesOfMany(topology)].filter(({ text, pattern }) => !pattern.test(text));
  const refused = unsafe.map(({ path, text }) => {
    const message = `${JSON.stringify(text.slice(0, 80))} cannot be written into a generated file.`;
    return error('render.unsafe-text', path, message, 'Use letters, digits, "_", "." and "-".');
  });
  return [...refused, ...refuseReceives(topology)];
}

/** Of what Perl cannot compile ldirectord dies, and only when an answer comes. */
function refuseReceives({ pools }: Topology): Diagnostic[] {
  return pools.flatMap(({ healthCheck: { receive = '' } }, at) => {
    const found = receive === '' ? undefined : findRegexFault(receive);
    if (!found) return [];
    const message = `${JSON.stringify(receive.slice(0, 80))} is no regular expression for ldirectord and keepalived: ${describeRegexFault(receive, found)}.`;
    return [error('render.unsafe-text', ['pools', at, 'healthCheck', 'receive'], message, found.instead)];
  });
}

function textsOf({ directors, pools, groups }: Topology): Text[] {
  return [
    ...directors.flatMap(({ name, external, internal }, at) => [
      { path: ['directors', at, 'name'], text: name, pattern: HOST_NAME },
      { path: ['directors', at, 'external', 'interface'], text: external.interface, pattern: INTERFACE_NAME },
      { path: ['directors', at, 'internal', 'interface'], text: internal.interface, pattern: INTERFACE_NAME },
    ]),
    ...pools.flatMap(({ name, healthCheck }, at) => [
      { path: ['pools', at, 'name'], text: name, pattern: OBJECT_NAME },
      ...QUOTED_FIELDS.map((key) => ({
        path: ['pools', at, 'healthCheck', key],
        text: healthCheck[key] ?? '',
        pattern: QUOTED_TEXT,
      })),
    ]),
    ...groups.flatMap(({ name, persistence }, at) => [
      { path: ['groups', at, 'name'], text: name, pattern: OBJECT_NAME },
      ...(persistence
        ? [{ path: ['groups', at, 'persistence', 'netmask'], text: persistence.netmask, pattern: NETMASK }]
        : []),
    ]),
  ];
}

/** There may be a hundred thousand of them, so only those that are unsafe become objects. */
function namesOfMany({ ranges, groups }: Topology): Text[] {
  const unsafe: Text[] = [];
  for (const [at, { name }] of ranges.entries()) {
    if (!OBJECT_NAME.test(name)) unsafe.push({ path: ['ranges', at, 'name'], text: name, pattern: OBJECT_NAME });
  }
  for (const [at, { matches }] of groups.entries()) {
    for (const [match, { interface: device }] of matches.entries()) {
      if (device === undefined || INTERFACE_NAME.test(device)) continue;
      const path = ['groups', at, 'matches', match, 'interface'];
      unsafe.push({ path, text: device, pattern: INTERFACE_NAME });
    }
  }
  return unsafe;
}
