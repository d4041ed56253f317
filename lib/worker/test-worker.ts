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

/** In the intent and in the file that boots, as the guard compares them; the rule is the last of the mangle chain. */
function withMarkRule(release: HostRelease, rule: string): HostRelease {
  const { always } = release.intent;
  const chains = always.chains.map((chain) =>
    chain.table === 'mangle' ? { ...chain, rules: [...chain.rules, rule] } : chain,
  );
  const files = release.files.map((file) =>
    file.path === '/etc/lvs-console/rules.v4' ? { ...file, content: withRuleIn(file.content, rule) } : file,
  );
  return { ...release, files, intent: { ...release.intent, always: { ...always, chains } } };
}

function withRuleIn(content: string, rule: string): string {
  const mangle = content.indexOf('*mangle');
  const end = content.indexOf('COMMIT', mangle);
  if (mangle < 0 || end < 0) throw new Error('rules.v4 has no mangle table');
  return `${content.slice(0, end)}${rule}\n${content.slice(end)}`;
}

await startWorker({
  log: openLogger(),
  prepare: async (db, deployId) => {
    const prepared = await prepareDeploy(db, deployId, EDITS[process.env['LVS_TEST_RELEASE'] ?? '']);
    return { ...prepared, timerSeconds: { active: TIMER_SECONDS, standby: TIMER_SECONDS } };
  },
});
