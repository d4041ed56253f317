// What one request may bring: a document of thousands of objects is far below. Whoever hands a document on takes as much.
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
