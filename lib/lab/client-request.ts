// Requests from the lab's client, and who answered them.
import path from 'node:path';
import type { CommandOptions, CommandResult } from './run-command';

export type ClientAnswer = {
  /** When it was sent, ms since 1970. */
  at: number;
  milliseconds: number;
  realServer?: string;
  body?: string;
  error?: string;
};
export type RequestOptions = { from?: string; count?: number; intervalMs?: number; timeoutMs?: number };
export type RequestAllOptions = { from?: string; timeoutMs?: number };
type Exec = (host: string, argv: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

export const clientRequestScript = path.join(import.meta.dirname, 'client-program.mjs');

/** One after the other, each a new connection; an answer that did not come is an answer with `error`. */
export async function requestFrom(exec: Exec, url: string, options: RequestOptions = {}): Promise<ClientAnswer[]> {
  const { from = 'client', count = 1, intervalMs = 0, timeoutMs = 2_000 } = options;
  const argv = [process.execPath, clientRequestScript, url, ...[count, intervalMs, timeoutMs].map(String)];
  const { code, stdout, stderr } = await exec(from, argv, {
    timeoutMs: 10_000 + count * Math.max(intervalMs, timeoutMs),
  });
  if (code !== 0) throw new Error(`requests from ${from}: exit ${code}: ${stderr}`);
  return parseAnswers(stdout);
}

/** By one program that has several under way, so that many cost little; an answer that did not come is an answer with `error`. */
export async function requestAllFrom(
  exec: Exec,
  urls: readonly string[],
  { from = 'client', timeoutMs = 2_000 }: RequestAllOptions = {},
): Promise<ClientAnswer[]> {
  const argv = [process.execPath, clientRequestScript, '-', '1', '0', String(timeoutMs)];
  const limits = { timeoutMs: 10_000 + urls.length * timeoutMs, input: urls.join('\n') };
  const { code, stdout, stderr } = await exec(from, argv, limits);
  if (code !== 0) throw new Error(`requests from ${from}: exit ${code}: ${stderr}`);
  return parseAnswers(stdout);
}

export const parseAnswers = (text: string): ClientAnswer[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ClientAnswer);
