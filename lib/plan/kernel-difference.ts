// One place where a kernel is not what a release wants: the sentence for people, the command for administrators.
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';

/** Absent `present`: it is not there; absent `wanted`: it should not be. With `server` the difference is one real server's. */
export type IpvsDifference = {
  service: { wanted?: IpvsService; present?: IpvsService };
  server?: { wanted?: IpvsRealServer; present?: IpvsRealServer };
};

export type KernelDifference = {
  kind:
    | 'module'
    | 'sysctl'
    | 'route'
    | 'policy-rule'
    | 'mark-rules'
    | 'nat-rules'
    | 'ipvs'
    | 'sync-daemon'
    | 'virtual-address'
    | 'daemon';
  change: 'add' | 'edit' | 'remove';
  /** What would put it right, as an administrator would type it. */
  command: string;
  /** What is different, in one sentence. */
  sentence: string;
  /** The object, and how it should be and is: for a table, where the sentence would repeat itself. */
  what: string;
  expected: string;
  observed: string;
  /** Of kind `ipvs`: what can be said of it in a topology document. */
  ipvs?: IpvsDifference;
  /** A server that a health check may have taken out: not a fault of the release. */
  isHealth?: boolean;
};

export const ABSENT = 'not there';
export const PRESENT = 'there';
