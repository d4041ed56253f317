// The lab's command line: npm run lab -- up|status|exec|crash|start|reset|down.
import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { removeLab } from './cleanup';
import type { HostStatus } from './lab-hosts';
import { defaultName, defaultPortBase, isMachine, layoutLab, type LabHost, type LabOptions } from './layout';
import { attachLab, openLab } from './lab';
import { probeLab } from './probe';

const print = (line: string) => console.log(line);
const program = new Command('lab').description('Real directors, real servers, a client and a gateway on this machine.');
const named = (words: string, about: string) =>
  program.command(words).description(about).option('--name <name>', 'instance', defaultName);

named('up', 'start everything (an instance of the same name that was left behind is removed first)')
  .option('--port-base <number>', 'SSH of director N on 127.0.0.1:<number>+N', Number, defaultPortBase)
  .option('--real-servers <number>', 'how many real servers', Number, 2)
  .option('--uml-real-servers <number>', 'how many more with a kernel of their own, for ipip', Number, 0)
  .option('--direct-return', 'the gateway stands on the internal network too, for gate and ipip', false)
  .action(async (options: Named & Required<Omit<LabOptions, 'name'>>) => {
    await mustProbe();
    const lab = await openLab({ ...options, isShared: true, log: print });
    (await lab.status()).map(describeStatus).forEach(print);
  });

named('status', 'hosts, addresses, process ids, ports, and whether SSH answers').action(async ({ name }: Named) =>
  (await (await attachLab(name)).status()).map(describeStatus).forEach(print),
);

named('exec <host> <argv...>', 'run a command on a host: lab exec director1 -- ipvsadm -Ln').action(
  async (host: string, argv: string[], { name }: Named) => {
    const lab = await attachLab(name);
    const words = lab.execArgv(host, argv);
    process.exitCode = await inherit(words);
  },
);

named('crash <director>', 'power cut; the disk stays').action(async (director: string, { name }: Named) =>
  (await attachLab(name)).crash(director),
);
named('start <director>', 'power on again').action(async (director: string, { name }: Named) =>
  (await attachLab(name)).powerOn(director),
);
named('reset <director>', 'factory reset: throws the disk layer away and boots').action(
  async (director: string, { name }: Named) => (await attachLab(name)).factoryReset(director),
);
named('down', 'stop everything and remove namespaces and run folder').action(({ name }: Named) =>
  removeLab(layoutLab({ name })),
);
program.command('probe').description('what this machine lacks for the lab').action(mustProbe);

type Named = { name: string };

async function mustProbe(): Promise<void> {
  const { ok, missing } = await probeLab();
  if (!ok) throw new Error(`this machine lacks for the lab:\n${missing.map((part) => `  - ${part}`).join('\n')}`);
}

function describeStatus({ host, pid, isRunning, answersSsh }: HostStatus): string {
  const parts = [host.name.padEnd(10), host.kind.padEnd(11), isRunning ? 'on ' : 'off', addressesOf(host).join(' ')];
  if (pid !== undefined) parts.push(`pid ${pid}`);
  if (isMachine(host)) parts.push(`127.0.0.1:${host.sshPort}`, answersSsh ? 'SSH answers' : 'SSH is silent');
  return parts.join('  ');
}

function addressesOf(host: LabHost): string[] {
  if (!isMachine(host)) return host.addresses;
  const external = host.kind === 'director' ? [host.external, host.external6] : [];
  return [...external, host.internal, host.internal6, host.management];
}

/** The person's own terminal, so that a shell or a pager works. */
const inherit = ([command = '', ...args]: string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 128));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
