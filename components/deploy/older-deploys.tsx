// Below a list of deploys that goes on: how far it reaches, and the next page of it.
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';

/** `listed`: how many are there already; `error`: why the next page is not, null when nothing failed. */
type OlderProps = { listed: number; isLoading: boolean; error: unknown; onShow: () => void };

export function OlderDeploys({ listed, isLoading, error, onShow }: OlderProps) {
  return (
    <div className="flex flex-col gap-2">
      {error !== null && !isLoading && (
        <Failure error={error} what="Older deploys could not be read" onRetry={onShow} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={isLoading} onClick={onShow}>
          {isLoading ? 'Reading older deploys' : 'Show older deploys'}
        </Button>
        <span role="status" className="text-muted-foreground">
          The newest {listed} are listed; filter, state and export know only these.
        </span>
      </div>
    </div>
  );
}
