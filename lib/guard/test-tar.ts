// A tar written by hand, so that a test can also make the ones that no honest tool makes.
export type TarMember = {
  name: string;
  content?: string | Buffer;
  mode?: number;
  /** ustar type flag: `0` file, `1` hard link, `2` symbolic link, `3` device, `5` folder, `S` GNU sparse. */
  type?: string;
  link?: string;
  /** Size in the header, when it must lie. */
  size?: number;
};

const BLOCK = 512;

export function printTar(members: TarMember[]): Buffer {
  return Buffer.concat([...members.flatMap(printMember), Buffer.alloc(2 * BLOCK)]);
}

function printMember(member: TarMember): Buffer[] {
  const content = Buffer.from(member.content ?? '');
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [printHeader(member, content.length), content, padding];
}

function printHeader(member: TarMember, length: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, '0');
  header.write(member.name, 0, 100);
  header.write(octal(member.mode ?? 0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(member.size ?? length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write(member.type ?? '0', 156);
  header.write(member.link ?? '', 157, 100);
  header.write('ustar\u000000', 257);
  header.write('root', 265);
  header.write('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0 `, 148);
  return header;
}
