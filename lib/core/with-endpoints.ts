// Where the console reaches the directors, kept while the rest of a document goes back in time.
import type { TopologyDocument } from './document';

/** Where the console reaches a director is no part of what runs there: it is always that of the newest revision. */
export function withEndpoints(document: TopologyDocument, newest: TopologyDocument): TopologyDocument {
  const directors = document.directors.map((director) => {
    const management = newest.directors.find(({ name }) => name === director.name)?.management;
    return management ? { ...director, management } : director;
  });
  return { ...document, directors };
}
