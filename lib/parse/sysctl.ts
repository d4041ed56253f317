// Reads `sysctl -a` and the guard's `key=value` lines: name to value.
import { numberedLines, unreadable, type Parsed } from './parsed';

export function parseSysctls(text: string): Parsed<Record<string, string>> {
  const value: Record<string, string> = {};
  const diagnostics = numberedLines(text).flatMap((line) => {
    const [, key, setting] = /^([\w./-]+)\s*=\s*(.*?)\s*$/.exec(line.text.trim()) ?? [];
    if (key === undefined || setting === undefined) return [unreadable('sysctl', line)];
    value[key] = setting;
    return [];
  });
  return { value, diagnostics };
}
