// Which failures of a request say that nothing was begun.
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/lib/api/client';
import { isRefused } from './refused';

describe('a request that failed', () => {
  it.each([
    ['the answer that the input is wrong', new ApiProblem(422, 'invalid', ''), true],
    ['the answer that something is open', new ApiProblem(409, 'busy', ''), true],
    ['a database that went away', new ApiProblem(503, 'unavailable', ''), false],
    ['a director that did not answer', new ApiProblem(502, 'unreachable', ''), false],
    ['a proxy that gave up', new ApiProblem(504, 'unknown', ''), false],
    ['no answer', new TypeError('Failed to fetch'), false],
    ['no answer in time', new DOMException('', 'TimeoutError'), false],
  ])('by %s', (_what, error, expected) => {
    expect(isRefused(error)).toBe(expected);
  });
});
