// Durable jobs: what was sent is run, also by a worker that starts later, and again after a failure.
import { afterEach, describe, expect, it } from 'vitest';
import { setUpTestDatabase } from '@/lib/testing/test-database';
import { openDeployQueue, type DeployQueue } from './queue';

setUpTestDatabase();

const opened: DeployQueue[] = [];
const errors: Error[] = [];
async function open(): Promise<DeployQueue> {
  const queue = await openDeployQueue((error) => errors.push(error));
  opened.push(queue);
  return queue;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((queue) => queue.stop()));
});

async function until(isDone: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !isDone();) {
    if (Date.now() > deadline) throw new Error('not within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the deploy queue', () => {
  it('runs what was sent while no worker ran', async () => {
    const sender = await open();
    await sender.send('deploy-1');
    await sender.stop();
    const ran: string[] = [];
    await (await open()).work(async (id) => void ran.push(id));
    await until(() => ran.length > 0);
    expect(ran).toEqual(['deploy-1']);
  });

  it('runs a job again whose run failed', async () => {
    const queue = await open();
    const ran: string[] = [];
    await queue.work(async (id) => {
      ran.push(id);
      if (ran.length === 1) throw new Error('another worker runs it');
    });
    await queue.send('deploy-2');
    await until(() => ran.length > 1);
    expect(ran).toEqual(['deploy-2', 'deploy-2']);
    expect(errors).toEqual([]);
  });
});
