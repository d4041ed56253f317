// A drop-down menu in Radix's manner.
import type { ComponentProps } from 'react';
import { DropdownMenu as Primitive } from 'radix-ui';
import { cn } from './class-names';

export const Menu = Primitive.Root;
export const MenuTrigger = Primitive.Trigger;
export const MenuRadioGroup = Primitive.RadioGroup;

export function MenuContent({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={4}
        collisionPadding={8}
        className={cn(
          'z-50 max-h-[70vh] min-w-44 overflow-auto rounded-md border bg-card p-1 text-sm shadow-lg',
          className,
        )}
        {...props}
      />
    </Primitive.Portal>
  );
}

const item =
  'flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-muted [&_svg]:size-3.5';

export function MenuItem({ className, ...props }: ComponentProps<typeof Primitive.Item>) {
  return <Primitive.Item className={cn(item, className)} {...props} />;
}
export function MenuCheckboxItem({ className, children, ...props }: ComponentProps<typeof Primitive.CheckboxItem>) {
  return (
    <Primitive.CheckboxItem className={cn(item, 'pl-7', className)} {...props}>
      <Primitive.ItemIndicator className="absolute left-3">✓</Primitive.ItemIndicator>
      {children}
    </Primitive.CheckboxItem>
  );
}
export function MenuRadioItem({ className, children, ...props }: ComponentProps<typeof Primitive.RadioItem>) {
  return (
    <Primitive.RadioItem className={cn(item, 'pl-7', className)} {...props}>
      <Primitive.ItemIndicator className="absolute left-3">✓</Primitive.ItemIndicator>
      {children}
    </Primitive.RadioItem>
  );
}
export function MenuLabel({ className, ...props }: ComponentProps<typeof Primitive.Label>) {
  return <Primitive.Label className={cn('px-2 py-1.5 text-xs text-muted-foreground', className)} {...props} />;
}
export function MenuSeparator() {
  return <Primitive.Separator className="my-1 h-px bg-border" />;
}
