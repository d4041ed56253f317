// Ports are read strictly and merged.
import { describe, expect, it } from 'vitest';
import { parsePorts, printPorts } from './ports';

describe('parsePorts', () => {
  it.each([
    [[80], '80'],
    [[443, 80], '80,443'],
    [['80', '443'], '80,443'],
    [[80, 81], '80-81'],
    [['8000-8080', 8080, '8070-9000'], '8000-9000'],
    [['1-65535'], '1-65535'],
    [['80-80'], '80'],
  ])('reads %j as %s', (values, printed) => {
    const read = parsePorts(values);
    expect(read.ok && printPorts(read.value)).toBe(printed);
  });

  it.each([
    [[]],
    [[0]],
    [[65536]],
    [[-1]],
    [['443-80']],
    [['80-']],
    [['http']],
    [['80 - 90']],
    [[80.5]],
    [['1000000']],
  ])('refuses %j', (values) => expect(parsePorts(values).ok).toBe(false));
});
