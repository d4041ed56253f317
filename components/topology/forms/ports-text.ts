// Ports as a person types them, "80, 443, 8000-8080", and as the document holds them.
export type Ports = (number | string)[];

/** What is no number and no interval stays as typed, so that the checks can say what is wrong with it. */
export function parsePorts(text: string): Ports | undefined {
  const parts = text
    .replace(/\s*-\s*/g, '-')
    .split(/[\s,]+/)
    .filter(Boolean);
  if (parts.length === 0) return undefined;
  return parts.map((part) => (/^\d{1,6}$/.test(part) ? Number(part) : part));
}

export function printPorts(ports: unknown): string {
  return Array.isArray(ports) ? ports.join(', ') : '';
}

/** Whole numbers only, because a check cannot try an interval; undefined = cannot be read. */
export function parseCheckPorts(text: string): number[] | undefined {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  return parts.every((part) => /^\d{1,6}$/.test(part)) ? parts.map(Number) : undefined;
}
