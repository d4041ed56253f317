// Changing the type or the service of a health check in its form never leaves a field behind that the checks complain about.
import { describe, expect, it } from 'vitest';
import { checkTopology } from '@/lib/core/check';
import {
  checkServiceSchema,
  healthCheckDocumentSchema,
  stackSchema,
  type HealthCheckDocument,
} from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import { fieldsOf, hasService, hasType, withService, withType } from './check-fields';

const types = healthCheckDocumentSchema.shape.type.options;
const full: HealthCheckDocument = {
  type: 'negotiate',
  service: 'http',
  port: 80,
  request: '/',
  receive: 'ok',
  virtualHost: 'www.example.org',
  httpMethod: 'HEAD',
  failures: 2,
  intervalSeconds: 5,
  timeoutSeconds: 2,
};

function complaints(stack: (typeof stackSchema.options)[number], healthCheck: HealthCheckDocument): string[] {
  const seed = seedDocument();
  const document = { ...seed, stack, pools: [{ ...seed.pools[0]!, healthCheck }] };
  return checkTopology(document)
    .filter(({ code, path }) => path[2] === 'healthCheck' && /field|missing|port-and-ports|not-in-stack/.test(code))
    .map(({ code, message }) => `${code}: ${message}`)
    .filter((text) => !text.startsWith('health-check.command-missing'));
}

describe.each(stackSchema.options)('under %s', (stack) => {
  it.each(types.filter((type) => hasType(stack, type)))('type %s keeps only what it looks at', (type) => {
    expect(complaints(stack, withType(full, type, stack))).toEqual([]);
    expect(complaints(stack, withType(withType(full, 'off', stack), type, stack))).toEqual([]);
  });

  it.each(checkServiceSchema.options.filter((service) => hasService(stack, service)))(
    'service %s keeps only what it looks at',
    (service) => {
      const check = withService(full, service, stack);
      expect(complaints(stack, check)).toEqual([]);
      expect(fieldsOf('negotiate', service, stack)).toEqual(expect.arrayContaining(Object.keys(check)));
    },
  );
});

describe('the port of a check', () => {
  it('follows the service while it is the usual one', () => {
    expect(withService(full, 'https', 'heartbeat').port).toBe(443);
    expect(withService({ ...full, port: 8080 }, 'https', 'heartbeat').port).toBe(8080);
  });

  it('is there as soon as the type needs one', () => {
    expect(withType({ type: 'off', intervalSeconds: 10, timeoutSeconds: 3 }, 'connect', 'single').port).toBe(80);
  });
});
