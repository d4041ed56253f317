// What the kernel of one director must hold, by role: the data that files, deploy and read-back are all compared with.
import type { KernelIntent } from '../core/kernel-state';
import type { HostFacts } from '../core/release';
import type { Director, Topology } from '../core/topology';
import { alwaysIntentOf } from './always-intent';
import { roleIntentOf } from './role-intent';

export function kernelIntentOf(topology: Topology, director: Director, facts: HostFacts = {}): KernelIntent {
  return { always: alwaysIntentOf(topology, director, facts), ...roleIntentOf(topology, director) };
}
