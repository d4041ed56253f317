// The printed nftables table is read again and must give the table that was printed.
import { invariant } from '../core/errors';
import { parseNftablesText } from '../parse/nftables-text';
import { isSameNftTable, type NftTable } from '../parse/nftables-table';

export function provenNftables(table: NftTable, text: string): string {
  const { value, diagnostics } = parseNftablesText(text);
  const [first] = diagnostics;
  invariant(!first, `generated rules.nft does not parse: line ${first?.line ?? '?'}, ${first?.code ?? ''}`);
  invariant(isSameNftTable(value, table), 'generated rules.nft does not give back the table it was printed from');
  return text;
}
