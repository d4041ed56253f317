// The support bundle: what both directors last said, what they should hold, what was deployed; one archive, without a secret.
import 'server-only';
import { gzipSync } from 'node:zlib';
import { scrubText, scrubValue } from '@/lib/core/scrub-secrets';
import { ServiceError } from '@/lib/core/errors';
import { ASKED_SECTIONS, LITERAL_COMMANDS, literalSections, type HostReading } from '@/lib/core/views/live-output';
import { loadAlertSettings } from '@/lib/db/alert-settings-row';
import { inTransaction } from '@/lib/db/client';
import { unseal } from '@/lib/db/sealed';
import { packTar, type TarMember } from '@/lib/render/tar';
import { callWorker } from '@/lib/worker/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { listDirectors } from './directors';
import { listDeploys } from './list-deploys';
import { getPairDrift, loadPair } from './live';
import { loadIntentFiles } from './support-intent';
import { loadHistory } from './verb-history';

export type SupportBundle = { name: string; content: Uint8Array<ArrayBuffer> };
/** Text by its path in the archive. */
type Files = Map<string, string>;

const DEPLOYS_TOLD = 20;

/** Operators: it is made to leave the console. Throws ServiceError('not-found'). */
export async function makeSupportBundle({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<SupportBundle> {
  requireRole(ctx, 'operator');
  const { topologyId } = input;
  const topology = await ctx.db.topology.findUnique({ where: { id: topologyId } });
  if (!topology) throw new ServiceError('not-found', 'There is no such topology.');
  const known = await knownSecrets(ctx, topologyId, topology.heartbeatKey);
  const files = await gather(ctx, topologyId, known);
  const at = new Date().toISOString();
  const root = `lvs-console-${plain(topology.name)}-${at.slice(0, 19).replaceAll(/[:T]/g, '')}`;
  files.set('README.txt', readme(topology.name, at, [...files.keys()]));
  await inTransaction(ctx.db, (tx) => appendAudit(tx, ctx, { action: 'support.bundle', target: topology.name }));
  return { name: `${root}.tar.gz`, content: new Uint8Array(gzipSync(packTar(membersOf(root, files, known)))) };
}

/** Whatever the console can know by value; what stands in files of others is found by its place. */
async function knownSecrets(ctx: VerbContext, topologyId: string, heartbeatKey: Uint8Array | null): Promise<string[]> {
  const { secrets } = await loadAlertSettings(ctx.db);
  const key = heartbeatKey ? [unseal(heartbeatKey, `heartbeat:${topologyId}`)] : [];
  return [secrets.webhookUrl, secrets.password, ...key].filter((value) => value !== '');
}

async function gather(ctx: VerbContext, topologyId: string, known: readonly string[]): Promise<Files> {
  const [{ pair }, drift, { deploys }, directors, history, intent] = await Promise.all([
    loadPair(ctx.db, topologyId),
    getPairDrift({ ctx, input: { topologyId } }),
    listDeploys({ ctx, input: { topologyId, limit: DEPLOYS_TOLD } }),
    listDirectors({ ctx, input: { topologyId } }),
    loadHistory(ctx.db, topologyId),
    loadIntentFiles(ctx.db, topologyId),
  ]);
  const json = (value: unknown) => `${JSON.stringify(scrubValue(value, known), null, 2)}\n`;
  const files: Files = new Map([
    ['pair.json', json(pair)],
    ['drift.json', json(drift)],
    ['deploys.json', json(deploys)],
    ['versions.json', json({ node: process.version, directors })],
    ['topology-newest.json', json(history.newest)],
    ...(history.running ? [['topology-running.json', json(history.running.stored)] as const] : []),
    ...intent.map(([path, content]) => [path, typeof content === 'string' ? content : json(content)] as const),
  ]);
  for (const { id, name, trust } of directors) {
    if (trust === 'trusted') await addOutputs(files, name, await readDirector(id));
    else files.set(`${plain(name)}/outputs/NOT-READ.txt`, `The host key of ${name} is not accepted.\n`);
  }
  return files;
}

function readDirector(directorId: string): Promise<HostReading> {
  return callWorker('readOutputs', {
    directorId,
    sections: literalSections.filter((section) => !ASKED_SECTIONS.includes(section)),
  });
}

async function addOutputs(files: Files, director: string, reading: HostReading): Promise<void> {
  const { readAt = 'never', settingsReadAt = 'never', problem, outputs } = reading;
  const folder = `${plain(director)}/outputs`;
  files.set(
    `${folder}/READ-AT.txt`,
    `fast sections: ${readAt}\nsettings: ${settingsReadAt}\n${problem ? `${problem}\n` : ''}`,
  );
  for (const { section, status, text } of outputs)
    files.set(`${folder}/${section}.txt`, `# ${LITERAL_COMMANDS[section]}\n# exit status ${status}\n${text}`);
}

/** The last thing that is done to every byte of text. */
function membersOf(root: string, files: Files, known: readonly string[]): TarMember[] {
  const encoder = new TextEncoder();
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => ({
      ...{ name: `${root}/${path}`, mode: '0600' },
      content: encoder.encode(scrubText(text, known)),
    }));
}

function readme(name: string, at: string, paths: readonly string[]): string {
  return [
    `Support bundle of the pair ${name}, made at ${at} (the console's clock).`,
    'Secrets are left out: the heartbeat key, passwords of keepalived and ldirectord, of mail and webhook, private keys.',
    'Addresses, names and connections per real server are in it: give it to people who may know them.',
    '',
    ...paths.toSorted(),
    '',
  ].join('\n');
}

/** As part of a path in an archive. */
function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60) || 'unnamed';
}
