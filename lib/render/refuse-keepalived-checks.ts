// What keepalived's checkers cannot speak or look at (keepalived.conf(5) of 2.2.7).
import { isGiven } from '../core/blindness';
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import type { Pool } from '../core/topology';

const SERVICES = ['http', 'https', 'smtp', 'dns'];
/** keepalived replaces parameters and sequences even inside quotes. */
const REPLACED = /\$[A-Za-z_{]|~(SEQ|LST)/;

export function refuseKeepalivedCheck({ name, healthCheck }: Pool, path: DiagnosticPath): Diagnostic[] {
  const { type, service } = healthCheck;
  if (type !== 'negotiate') return [];
  if (service === undefined || !SERVICES.includes(service)) {
    const message = `keepalived cannot negotiate ${service ?? 'without a service'} with the real servers of pool "${name}".`;
    return [
      error('render.check-service', [...path, 'service'], message, `Use ${SERVICES.join(', ')}, or type connect.`),
    ];
  }
  const isHttp = service === 'http' || service === 'https';
  const { httpMethod, request, receive, statusCode } = healthCheck;
  const refusals: [boolean, string, string][] = [
    [httpMethod === 'HEAD', 'httpMethod', 'keepalived always sends GET'],
    [service === 'smtp' && isGiven(request), 'request', 'keepalived says HELO and nothing else'],
    [!isHttp && isGiven(receive), 'receive', `keepalived looks at no text of ${service}`],
    [isHttp && statusCode !== undefined && !isStatus(statusCode), 'statusCode', 'a status is a number from 100 to 599'],
    [receive === '{' || receive === '}', 'receive', 'keepalived takes a brace alone for one of its own'],
    ...(['request', 'receive', 'virtualHost'] as const).map((key): [boolean, string, string] => [
      REPLACED.test(healthCheck[key] ?? ''),
      key,
      'keepalived replaces $NAME, ${NAME}, ~SEQ and ~LST, even inside quotes',
    ]),
  ];
  return refusals
    .filter(([isRefused]) => isRefused)
    .map(([, key, why]) => error('render.check-field', [...path, key], `${key} of pool "${name}": ${why}.`));
}

function isStatus(code: number): boolean {
  return Number.isInteger(code) && code >= 100 && code <= 599;
}
