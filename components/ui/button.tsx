// The button, in the few weights that a dense page needs.
import type { ComponentProps } from 'react';
import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import { cn } from './class-names';

const buttonVariants = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded font-medium whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-primary text-primary-foreground hover:opacity-90',
        outline: 'border border-input/60 bg-background hover:bg-muted',
        ghost: 'hover:bg-muted',
        danger: 'border border-down/50 bg-background text-down hover:bg-down-soft',
        link: 'h-auto! px-0! text-primary underline-offset-2 hover:underline',
      },
      size: { default: 'h-7.5 px-3 text-sm', small: 'h-6.5 px-2 text-xs', icon: 'size-7.5' },
    },
    defaultVariants: { variant: 'outline', size: 'default' },
  },
);

type ButtonProps = ComponentProps<'button'> & VariantProps<typeof buttonVariants> & { asChild?: boolean };

export function Button({ className, variant, size, asChild = false, type, ...props }: ButtonProps) {
  const classes = cn(buttonVariants({ variant, size }), className);
  if (asChild) return <Slot.Root className={classes} {...props} />;
  return <button type={type ?? 'button'} className={classes} {...props} />;
}
