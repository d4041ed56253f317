// A ustar archive of plain files that is the same bytes for the same members: no times, no owners, order as given.
import { invariant } from '../core/errors';

/** `mode` in octal digits, e.g. `0644`. */
export type TarMember = { name: string; mode: string; content: Uint8Array };

const BLOCK = 512;
const encoder = new TextEncoder();

export function packTar(members: readonly TarMember[]): Uint8Array {
  const parts = members.flatMap((member) => [header(member), member.content, padding(member.content.length)]);
  const end = new Uint8Array(2 * BLOCK);
  return concatenate([...parts, end]);
}

/** POSIX.1-1988 ustar; the checksum is the sum of all bytes with its own field as blanks. */
function header({ name, mode, content }: TarMember): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const write = (text: string, at: number) => block.set(encoder.encode(text), at);
  const { prefix, rest } = splitName(name);
  write(rest, 0);
  write(`${octal(Number.parseInt(mode, 8), 7)}\0`, 100);
  write(`${octal(0, 7)}\0`, 108);
  write(`${octal(0, 7)}\0`, 116);
  write(`${octal(content.length, 11)}\0`, 124);
  write(`${octal(0, 11)}\0`, 136);
  write('        ', 148);
  write('0', 156);
  write('ustar\0' + '00', 257);
  write(prefix, 345);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  write(`${octal(checksum, 6)}\0 `, 148);
  return block;
}

/** At most 100 bytes, or a prefix of at most 155 that ends before a slash. */
function splitName(name: string): { prefix: string; rest: string } {
  invariant(/^[\x21-\x7e]+$/.test(name), `tar member name is not plain: ${JSON.stringify(name)}`);
  if (name.length <= 100) return { prefix: '', rest: name };
  const slash = name.lastIndexOf('/', 155);
  const rest = name.slice(slash + 1);
  invariant(slash > 0 && rest.length <= 100, `tar member name is too long: ${name}`);
  return { prefix: name.slice(0, slash), rest };
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(length: number): Uint8Array {
  return new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
