// A message above everything, other dialogs too: it goes when its cause has gone, and by nothing else.
import type { ReactNode } from 'react';
import { Dialog as Primitive } from 'radix-ui';

type BlockingDialogProps = { title: string; description: ReactNode; children: ReactNode };

export function BlockingDialog({ title, description, children }: BlockingDialogProps) {
  return (
    <Primitive.Root open>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-60 bg-black/60" />
        <Primitive.Content
          role="alertdialog"
          className="fixed top-[16vh] left-1/2 z-70 flex max-h-[76vh] w-[min(520px,calc(100vw-24px))] -translate-x-1/2 flex-col gap-3 overflow-auto rounded-md border bg-card p-4 shadow-xl"
        >
          <Primitive.Title className="text-[15px] font-semibold">{title}</Primitive.Title>
          <Primitive.Description asChild>
            <div className="text-muted-foreground">{description}</div>
          </Primitive.Description>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
