// For tests: the worker with releases that no renderer would make; LVS_TEST_RELEASE says which.
import type { HostRelease } from '../core/release';
import { openLogger } from './logger';
import { prepareDeploy, type EditRelease } from './prepare-deploy';
import { startWorker } from './worker';

/** Nobody can log in any more, and the open connection falls silent. */
const dropSsh: EditRelease = (release) => withMarkRule(release, '-A LVS-CONSOLE -p tcp -m tcp --dport 22 -j DROP');
/** The kernel will differ from the intent that verify compares with. */
const extraRule: EditRelease = (release) => withMarkRule(release, '-A LVS-CONSOLE -p tcp -m tcp --dport 9 -j RETURN');
const EDITS: Record<string, EditRelease> = { 'drop-ssh': dropSsh, 'extra-rule': extraRule };
const TIMER_SECONDS = 20;

function withMarkRule(release: HostRelease, rule: string): HostRelease {
  const { always } = release.intent;
  const chains = always.chains.map((chain) =>
    chain.table === 'mangle' ? { ...chain, rules: [...chain.rules, rule] } : chain,
  );
  return { ...release, intent: { ...release.intent, always: { ...always, chains } } };
}

await startWorker({
  log: openLogger(),
  prepare: async (db, deployId) => {
    const prepared = await prepareDeploy(db, deployId, EDITS[process.env['LVS_TEST_RELEASE'] ?? '']);
    return { ...prepared, timerSeconds: { active: TIMER_SECONDS, standby: TIMER_SECONDS } };
  },
});
