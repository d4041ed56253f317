// FTP: the helper module rewrites addresses under masq only.
import { warning } from '../diagnostic';
import type { Check } from './check';

export const checkFtp: Check = ({ document: { ftp, pools } }) => {
  if (!ftp || pools.some(({ forwarding }) => forwarding === 'masq')) return [];
  const message = 'ftp loads ip_vs_ftp, which helps with masq only, but no pool uses masq.';
  return [warning('ftp.without-masq', ['ftp'], message, 'Set ftp: false; for gate and ipip use persistence instead.')];
};
