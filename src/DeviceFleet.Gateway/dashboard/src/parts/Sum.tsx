import { Fragment } from 'preact';
import { count } from '../state/format';
import type { Sum } from '../state/sums';

export interface Term {
  readonly name: string;
  readonly hint: string;
  readonly testid?: string;
  readonly crit?: boolean;
}

/** whole = part + part + …, in exact numbers. When it does not add up, it says by how much, rather than hide it. */
export function SumLine({ sum, whole, parts }: { readonly sum: Sum; readonly whole: Term; readonly parts: readonly Term[] }) {
  return (
    <div class="sum" role="group">
      <TermView term={whole} value={sum.whole} />
      {parts.map((part, i) => (
        <Fragment key={part.name}>
          <span class="sign" aria-hidden="true">{i === 0 ? '=' : '+'}</span>
          <TermView term={part} value={sum.parts[i] ?? 0} />
        </Fragment>
      ))}
      {sum.off !== 0 && (
        <>
          <span class="sign" aria-hidden="true">+</span>
          <TermView term={{ name: 'does not add up by', hint: 'The gateway sent counts that do not add up.', crit: true }} value={sum.off} />
        </>
      )}
    </div>
  );
}

function TermView({ term, value }: { readonly term: Term; readonly value: number }) {
  return (
    <div class={`term${term.crit === true ? ' crit' : ''}`} title={term.hint}>
      <span class="name">{term.name}</span>
      <span class="value" data-testid={term.testid}>{count(value)}</span>
    </div>
  );
}
