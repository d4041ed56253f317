// One place where a kernel is not what a release wants: the sentence for people, the command for administrators.
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
    | 'virtual-address';
  change: 'add' | 'edit' | 'remove';
  /** What would put it right, as an administrator would type it. */
  command: string;
  /** What is different, in one sentence. */
  sentence: string;
  /** A server that a health check may have taken out: not a fault of the release. */
  isHealth?: boolean;
};
