// Leaves the page by a whole load, so that nothing of one session stays in memory for the next.
export function leaveTo(path: string): void {
  location.assign(path);
}
