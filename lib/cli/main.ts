// The command line over topology files: check, render, trace. Exit status 0 well, 1 the topology has errors, 2 called wrongly.
import { realpathSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { runCheck } from './check';
import type { RenderOptions } from './render';
import { EXIT, UsageError, type OutputFormat } from './topology-file';
import { runTrace, type TraceOptions } from './trace';

const formatOption = () =>
  new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text');

function buildProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('cli').description('Works on topology files of LVS Console.').exitOverride();
  program
    .command('check')
    .description('says everything that is wrong with a topology')
    .argument('<file>', 'topology, YAML or JSON')
    .addOption(formatOption())
    .action(async (file: string, options: { format: OutputFormat }) => finish(await runCheck(file, options)));
  program
    .command('render')
    .description('writes the files of every host below a folder')
    .argument('<file>', 'topology, YAML or JSON')
    .requiredOption('--out <folder>', 'folder to write to')
    .option('--heartbeat-key-file <file>', "heartbeat's shared secret (or LVS_HEARTBEAT_KEY)")
    .addOption(formatOption())
    .action(async (file: string, options: RenderOptions) =>
      finish(await (await import('./render')).runRender(file, options)),
    );
  program
    .command('trace')
    .description('follows one packet: mark, delivery, pool')
    .argument('<file>', 'topology, YAML or JSON')
    .requiredOption('--dst <address>', 'destination address')
    .option('--src <address>', 'source address')
    .option('--proto <protocol>', 'tcp, udp, sctp or icmp', 'tcp')
    .option('--dport <port>', 'destination port')
    .option('--icmp-type <number>', 'type of an icmp packet (8 = echo request)')
    .option('--in <interface>', 'interface it arrives on (default: the external one)')
    .option('--director <name>', 'director that gets it (matters where they name their interfaces differently)')
    .option('--steps', 'every step of the way with its stage')
    .addOption(formatOption())
    .action(async (file: string, options: TraceOptions) => finish(await runTrace(file, options)));
  return program;
}

/** Answers the exit status; messages are already written. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    await buildProgram((code) => (exitCode = code)).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return EXIT.usage;
  }
}

const started = process.argv[1];
if (started !== undefined && realpathSync(started) === import.meta.filename)
  process.exitCode = await runCli(process.argv.slice(2));
