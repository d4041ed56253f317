// What all the directors of a pair are called together: stack single has one.

export function allDirectors(count: number): 'the director' | 'both directors' {
  return count === 1 ? 'the director' : 'both directors';
}
