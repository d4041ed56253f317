// What a command prints: kept up to a limit, and told line by line as it comes.

/** Lines of ASCII: a character that is cut in two by a packet is not put together again. */
export function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = `${rest}${chunk.toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  };
}

export function gather(limit: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    /** False when the limit is reached; what is above it is not kept. */
    add: (chunk: Buffer): boolean => {
      if (size + chunk.length > limit) return false;
      size += chunk.length;
      chunks.push(chunk);
      return true;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
