// What ldirectord cannot check, and checks of it that could never succeed or never fail (ldirectord 4.12).
import { whyNeverFails, whyNeverSucceeds } from '../core/blindness';
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import type { Pool } from '../core/topology';

const TYPES = ['connect', 'negotiate', 'ping', 'off', 'external'];

export function refuseLdirectordCheck({ name, healthCheck }: Pool, path: DiagnosticPath): Diagnostic[] {
  const { type, service, ports, statusCode } = healthCheck;
  if (!TYPES.includes(type)) {
    const message = `ldirectord has no ${type} check, which pool "${name}" asks for.`;
    return [error('render.check-type', [...path, 'type'], message, 'Use stack: keepalived.')];
  }
  return [
    ...(ports === undefined
      ? []
      : [field(path, name, 'ports', 'ldirectord tries one port of a real server', 'Use port, or stack: keepalived.')]),
    ...(statusCode === undefined
      ? []
      : [field(path, name, 'statusCode', 'ldirectord looks at the text, not at the status', 'Use receive.')]),
    ...(type === 'negotiate' && service === undefined
      ? [field(path, name, 'service', 'of a mark ldirectord then checks nothing', 'Add service, e.g. http.')]
      : []),
    ...whyNeverSucceeds(healthCheck).map((each) =>
      field(path, name, each.field, `the check can never succeed, because ${each.why}`, each.hint),
    ),
    ...whyNeverFails(healthCheck).map((each) =>
      field(path, name, each.field, `the check can never fail, because ${each.why}`, each.hint),
    ),
  ];
}

function field(path: DiagnosticPath, pool: string, key: string, why: string, hint: string): Diagnostic {
  return error('render.check-field', [...path, key], `${key} of pool "${pool}": ${why}.`, hint);
}
