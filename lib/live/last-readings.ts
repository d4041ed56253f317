// What each director last answered, section by section and literally: kept in the worker's memory, so that nobody who asks costs a director anything.
import { HostError } from '../core/errors';
import type { GuardFrames, GuardHost } from '../ssh/guard-host';
import { POLLED_SECTIONS } from './polled-sections';

/** `settingsReadAt`: of what is read only every few rounds (routes, policy rules, sets, nftables, sysctls, modules, files). */
export type Reading = { frames: GuardFrames; readAt: string; settingsReadAt: string };
export type LastReadings = {
  keep: (directorId: string, reading: Reading) => void;
  drop: (directorId: string) => void;
  /** Another worker may poll the director: then it is read once, now. Throws HostError when there is nothing and it does not answer. */
  get: (directorId: string, openReader: () => Promise<GuardHost>) => Promise<Reading>;
  /** A section that is not polled: read now, for all who ask within some seconds. Throws HostError. */
  ask: (directorId: string, section: string, openReader: () => Promise<GuardHost>) => Promise<Reading>;
};

const READ_MS = 15_000;
/** What was read by hand for one question serves the next ones, too. */
const BY_HAND_MS = 3_000;

export function openLastReadings(): LastReadings {
  const polled = new Map<string, Reading>();
  const byHand = new Map<string, { at: number; reading: Promise<Reading> }>();
  const readOnce = (key: string, sections: readonly string[], openReader: () => Promise<GuardHost>) => {
    const asked = byHand.get(key);
    if (asked && Date.now() - asked.at < BY_HAND_MS) return asked.reading;
    const reading = readNow(sections, openReader);
    byHand.set(key, { at: Date.now(), reading });
    reading.catch(() => byHand.delete(key));
    return reading;
  };
  return {
    keep: (directorId, reading) => void polled.set(directorId, reading),
    drop: (directorId) => void polled.delete(directorId),
    get: async (directorId, openReader) => polled.get(directorId) ?? readOnce(directorId, POLLED_SECTIONS, openReader),
    ask: async (directorId, section, openReader) => readOnce(`${directorId} ${section}`, [section], openReader),
  };
}

async function readNow(sections: readonly string[], openReader: () => Promise<GuardHost>): Promise<Reading> {
  const frames = await (await openReader()).read(sections, { timeoutMs: READ_MS });
  const at = new Date().toISOString();
  return { frames, readAt: at, settingsReadAt: at };
}

/** The sentence of a director that could not be asked; anything else is ours and is thrown on. */
export function whyNotRead(error: unknown): string {
  if (error instanceof HostError) return error.message;
  throw error;
}
