// The query cache of the browser, and what it does when an answer says that the session has ended.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isUnauthenticated } from './problem';

/** Nobody has typed anything that matters into a page that shows nothing yet. */
const JUST_OPENED_MS = 10_000;

export function createQueryClient(onSessionEnd: (client: QueryClient) => void): QueryClient {
  const onError = (error: unknown) => {
    if (isUnauthenticated(error)) onSessionEnd(client);
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => !isUnauthenticated(error) && count < 1,
        refetchOnWindowFocus: true,
      },
    },
  });
  return client;
}

/** Whether the page can be left without a loss. `openMs`: since it was loaded. */
export function holdsNothing(client: QueryClient, openMs: number): boolean {
  const hasData = client
    .getQueryCache()
    .getAll()
    .some(({ state }) => state.data !== undefined);
  return !hasData && openMs < JUST_OPENED_MS;
}
