import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** How long a change shows, ms. */
const FADE_MS = 600;

interface Props {
  /** What is watched; when it changes, the background fades. */
  readonly value: unknown;
  /** When this changes, something else is shown in the same place: no fade. */
  readonly of: string;
  readonly class?: string;
  readonly testid?: string;
  readonly children: ComponentChildren;
}

/** A value whose change is seen: its background fades, once for what changes within the fade, so that fast values do not flicker. */
export function Changing({ value, of, class: className = '', testid, children }: Props) {
  const element = useRef<HTMLSpanElement>(null);
  const before = useRef({ value, of });
  const running = useRef<Animation | null>(null);
  useEffect(() => {
    const changed = before.current.of === of && before.current.value !== value;
    before.current = { value, of };
    if (changed && running.current?.playState !== 'running' && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      const tint = getComputedStyle(document.documentElement).getPropertyValue('--changed');
      running.current = element.current?.animate([{ backgroundColor: tint }, { backgroundColor: 'transparent' }], { duration: FADE_MS, easing: 'ease-out' }) ?? null;
    }
  }, [value, of]);
  return (
    <span ref={element} class={`changing ${className}`} data-testid={testid}>
      {children}
    </span>
  );
}
