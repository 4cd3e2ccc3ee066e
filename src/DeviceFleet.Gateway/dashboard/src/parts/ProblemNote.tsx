import type { ComponentChildren } from 'preact';
import type { Loadable, Problem } from '../state/problem';

/** What failed, why, and what to do next. */
export function ProblemNote({ problem, onRetry, children }: { readonly problem: Problem; readonly onRetry?: (() => void) | undefined; readonly children?: ComponentChildren }) {
  return (
    <div class="problem-note" role="alert" data-testid="problem">
      <strong>▲ {problem.what}.</strong> <span>{problem.why}</span> <span class="next">{problem.next}</span>
      {onRetry !== undefined && <button type="button" class="button small" onClick={onRetry}>Read again</button>}
      {children}
    </div>
  );
}

interface LoadedProps<T> {
  readonly of: Loadable<T>;
  /** Height that the content will take about, CSS pixels. */
  readonly height: number;
  readonly onRetry: () => void;
  readonly children: (value: T) => ComponentChildren;
}

/** A part of a page that is read by itself: loading, failed, shown, or shown although it could not be read again. */
export function Loaded<T>({ of, height, onRetry, children }: LoadedProps<T>) {
  switch (of.kind) {
    case 'loading':
      return <div class="skeleton" style={{ height: `${height}px` }} aria-busy="true" data-testid="loading-part" />;
    case 'failed':
      return <ProblemNote problem={of.problem} onRetry={onRetry} />;
    case 'ready':
      return (
        <>
          {of.problem !== null && <ProblemNote problem={{ ...of.problem, next: 'What is shown is what was read before.' }} onRetry={onRetry} />}
          {children(of.value)}
        </>
      );
  }
}
