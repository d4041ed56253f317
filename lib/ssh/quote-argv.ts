// The one place where argv becomes the text that a remote POSIX shell reads.

/** Every word in single quotes: nothing in it is special to the shell. NUL cannot be in an argument. */
export function quoteArgv(argv: readonly string[]): string {
  if (argv.length === 0) throw new TypeError('a command needs at least one word');
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('a word of a command must not contain NUL');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
