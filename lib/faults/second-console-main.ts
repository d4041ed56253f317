// The program of the second console: prints its key, waits to be let in, prepares, waits for the word, deploys, prints how that ended.
import readline from 'node:readline';
import { callWorker } from '../worker/client';
import { openTestConsole, requestDeploy, saveDocument, trustDirectors, untilEnded } from '../worker/test-console';
import { documentOf } from './rig';

const portBase = Number(process.argv[2]);
const own = await openTestConsole();
try {
  await own.startWorker();
  const words = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { authorizedKey } = await callWorker('consoleKey', {});
  say(authorizedKey);
  await words.next();
  const { topologyId, revision } = await saveDocument(own.db, { ...documentOf(99, portBase), name: 'elsewhere' });
  await trustDirectors(own.db, topologyId);
  say('ready');
  await words.next();
  say(await deploy(topologyId, revision));
  await words.next();
} finally {
  await own.close();
}

async function deploy(topologyId: string, revision: number): Promise<string> {
  try {
    const { state, outcome } = await untilEnded(own.db, await requestDeploy(own.db, topologyId, revision));
    return `${state} ${outcome ?? ''}`.trim().split('\n')[0] ?? '';
  } catch (error) {
    return `no deploy: ${error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 300) : String(error)}`;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
