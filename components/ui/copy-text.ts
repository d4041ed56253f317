// A text into the clipboard, also where the browser has none for pages: over plain HTTP from another machine.

export type CopyWays = {
  clipboard: Pick<Clipboard, 'writeText'> | undefined;
  /** False: the browser did not take it. */
  copyMarked: (text: string) => boolean;
};

/** `near`: where a marked copy of the text may stand for a moment, inside an open dialog for example. */
export function waysNear(near: Element): CopyWays {
  return {
    clipboard: navigator.clipboard as Clipboard | undefined,
    copyMarked: (text) => copyMarked(text, near),
  };
}

/** False: nothing was copied. */
export async function copyText(text: string, { clipboard, copyMarked }: CopyWays): Promise<boolean> {
  try {
    if (clipboard) {
      await clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by a policy of the browser: the older way may still be open.
  }
  return copyMarked(text);
}

/** A selection takes no focus: a dialog that holds it keeps it. */
function copyMarked(text: string, near: Element): boolean {
  const mark = document.createElement('pre');
  mark.textContent = text;
  mark.style.cssText = 'position: fixed; top: 0; clip-path: inset(50%); user-select: text';
  near.append(mark);
  const selection = getSelection();
  selection?.selectAllChildren(mark);
  // What is marked decides that there is something to copy; the text goes as it is, without style.
  const give = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', give, true);
  // Deprecated, and the only way outside of a secure context.
  const isCopied = document.execCommand('copy');
  document.removeEventListener('copy', give, true);
  selection?.removeAllRanges();
  mark.remove();
  return isCopied;
}
