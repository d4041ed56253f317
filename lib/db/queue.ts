// Durable jobs by pg-boss: a deploy request that was answered is run, also when the worker dies before it begins.
import 'server-only';
import PgBoss from 'pg-boss';
import { databaseUrl } from './client';

const DEPLOY_QUEUE = 'deploy';

export type DeployQueue = {
  send: (deployId: string) => Promise<void>;
  work: (run: (deployId: string) => Promise<void>) => Promise<void>;
  stop: () => Promise<void>;
};

export async function openDeployQueue(onError: (error: Error) => void): Promise<DeployQueue> {
  const boss = new PgBoss({ connectionString: databaseUrl(), max: 3 });
  boss.on('error', onError);
  await boss.start();
  await boss.createQueue(DEPLOY_QUEUE);
  return {
    send: async (deployId) => {
      await boss.send(
        DEPLOY_QUEUE,
        { deployId },
        { singletonKey: deployId, retryLimit: 3, retryDelay: 2, expireInSeconds: 1800 },
      );
    },
    work: async (run) => {
      await boss.work<{ deployId: string }>(
        DEPLOY_QUEUE,
        { pollingIntervalSeconds: 0.5, batchSize: 1 },
        async ([job]) => {
          if (job) await run(job.data.deployId);
        },
      );
    },
    stop: () => boss.stop({ graceful: true, timeout: 5_000 }),
  };
}
