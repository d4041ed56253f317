// Tabs with a count beside the name, in Radix's manner: arrow keys move, the panel is labelled.
import type { ComponentProps } from 'react';
import { Tabs as Primitive } from 'radix-ui';
import { cn } from './class-names';

export function Tabs({ className, ...props }: ComponentProps<typeof Primitive.Root>) {
  return <Primitive.Root className={cn('flex min-h-0 flex-col', className)} {...props} />;
}
export function TabsList({ className, ...props }: ComponentProps<typeof Primitive.List>) {
  return <Primitive.List className={cn('flex shrink-0 gap-1 overflow-x-auto border-b', className)} {...props} />;
}
export function TabsTrigger({ className, ...props }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      className={cn(
        '-mb-px flex shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2.5 py-1.5 text-muted-foreground hover:text-foreground focus-visible:-outline-offset-2 data-[state=active]:border-primary data-[state=active]:font-medium data-[state=active]:text-foreground',
        className,
      )}
      {...props}
    />
  );
}
export function TabsContent({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content className={cn('min-h-0 pt-3', className)} {...props} />;
}
