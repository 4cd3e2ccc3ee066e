import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly title: string;
  /** What it is for, and what to do with it. */
  readonly children: ComponentChildren;
  /** What is told this once, a line each. */
  readonly lines: readonly string[];
  readonly onClose: () => void;
  readonly testid: string;
}

/** A secret that was just made. It is held by this element alone, and gone with it. */
export function Once({ title, children, lines, onClose, testid }: Props) {
  const copied = useSignal<'no' | 'yes' | 'failed'>('no');
  const text = useRef<HTMLPreElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(lines.join('\n'));
      copied.value = 'yes';
    } catch {
      // No clipboard here (plain HTTP, or refused): it is marked, so that the keys of the system copy it.
      getSelection()?.selectAllChildren(text.current!);
      copied.value = 'failed';
    }
  };
  return (
    <section class="once" aria-label={title} data-testid={testid}>
      <h3 ref={heading} tabIndex={-1}>{title}</h3>
      <p>{children} <strong>It is shown this once; nobody can read it again.</strong></p>
      <pre ref={text} tabIndex={0} aria-label={title} data-testid={`${testid}-text`}>{lines.join('\n')}</pre>
      <div class="buttons">
        <button type="button" class="button primary" onClick={() => void copy()} data-testid={`${testid}-copy`}>Copy</button>
        <button type="button" class="button" onClick={onClose} data-testid={`${testid}-close`}>I have it, hide it</button>
        <span class="quiet" role="status">{copied.value === 'yes' ? 'Copied.' : copied.value === 'failed' ? 'The browser does not let the page copy: it is marked, copy it by hand.' : ''}</span>
      </div>
    </section>
  );
}
