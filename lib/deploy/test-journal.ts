// For tests: a journal in memory, whose worker can be made to die at any write.
import type { DeployState } from '../core/views/deploy';
import type { DeployJournal, JournalStep } from './deploy-run';

export type MemoryJournal = DeployJournal & {
  rows: (JournalStep & { message: string; output: string })[];
  ended: { state: DeployState; outcome?: string; proof: string[] } | undefined;
  isCancelledNow: boolean;
  /** What the pair's rules say from here on. */
  refusalNow: string | undefined;
  /** Writes until the worker "dies": every later one throws. */
  writesLeft: number;
  /** The database is there again after one write that failed. */
  recovers: boolean;
};
export class Killed extends Error {}

export function memoryJournal(): MemoryJournal {
  const timers: Record<string, string> = {};
  const before: Record<string, string[]> = {};
  const write = async () => {
    if (journal.writesLeft <= 0) {
      if (journal.recovers) journal.writesLeft = Infinity;
      throw new Killed('the worker is dead');
    }
    journal.writesLeft -= 1;
  };
  const journal: MemoryJournal = {
    rows: [],
    ended: undefined,
    isCancelledNow: false,
    refusalNow: undefined,
    writesLeft: Infinity,
    recovers: false,
    steps: async () => journal.rows,
    begin: async (step) => {
      await write();
      journal.rows.push({ ...step, sequence: journal.rows.length + 1, state: 'running', output: '' });
      return journal.rows.length;
    },
    end: async (sequence, result) => {
      await write();
      Object.assign(journal.rows[sequence - 1] ?? {}, result);
    },
    setState: write,
    setTimer: async (director, firesAt) => {
      await write();
      if (firesAt) timers[director] = firesAt.toISOString();
      else Reflect.deleteProperty(timers, director);
    },
    timers: async () => ({ ...timers }),
    setBefore: async (director, differences) => {
      await write();
      before[director] = differences;
    },
    before: async () => ({ ...before }),
    raiseGeneration: write,
    isCancelled: async () => journal.isCancelledNow,
    refusal: async () => journal.refusalNow,
    finish: async (end) => {
      await write();
      journal.ended = end;
    },
  };
  return journal;
}
