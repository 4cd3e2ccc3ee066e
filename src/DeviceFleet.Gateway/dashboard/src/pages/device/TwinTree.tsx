import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { age, count } from '../../state/format';
import { compact } from '../../state/json';
import { twinLines, type TwinLine, type TwinLineState } from '../../state/twin';
import type { TwinView, TwinWriter } from '../../wire/twin';

const SIGN: Readonly<Record<TwinLineState, readonly [string, string]>> = {
  same: ['=', 'in step'], pending: ['Δ', 'pending'], own: ['○', 'only reported'], above: ['', 'pending below'], branch: ['', ''],
};

/** Both documents as one tree, aligned by key. Who wrote a value last is told below for the line that is pointed at or focused. */
export function TwinTree({ twin }: { readonly twin: TwinView }) {
  const lines = useMemo(() => twinLines(twin), [twin]);
  const at = useSignal<string | null>(null);
  const pointed = lines.find((line) => line.pointer === at.value);
  if (lines.length === 0) {
    return <p class="quiet">Both documents are empty: nobody asked for anything, and the device told nothing.</p>;
  }
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target instanceof HTMLElement ? event.target.closest('tr') : null;
    if (step !== undefined && row !== null) {
      event.preventDefault();
      const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
      (next as HTMLElement | null)?.focus();
    }
  };
  return (
    <>
      <table class="twin" onKeyDown={onKey}>
        <caption class="visually-hidden">Desired and reported, key by key. Arrow keys move; who wrote a value last is told below the table.</caption>
        <thead><tr><th scope="col">Key</th><th scope="col">Desired</th><th scope="col"><span class="visually-hidden">State</span></th><th scope="col">Reported</th></tr></thead>
        <tbody>
          {lines.map((line, i) => (
            <tr
              key={line.pointer}
              class={line.state}
              data-pointer={line.pointer}
              tabIndex={line.pointer === at.value || (at.value === null && i === 0) ? 0 : -1}
              onFocus={() => (at.value = line.pointer)}
              onPointerEnter={() => (at.value = line.pointer)}
            >
              <th scope="row" title={line.pointer}><span class="indent" style={{ paddingLeft: `${Math.min(line.depth, 6) * 14}px` }}>{line.name}</span></th>
              <td class="value">{compact(line.desired)}</td>
              <td class="sign"><span aria-hidden="true">{SIGN[line.state][0]}</span><span class="visually-hidden">{SIGN[line.state][1]}</span></td>
              <td class="value">{compact(line.reported)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet writers" data-testid="twin-writers">
        {pointed === undefined ? 'Δ pending · = in step · ○ only reported. Point at a line to see who wrote it last.' : <Writers line={pointed} />}
      </p>
    </>
  );
}

function Writers({ line }: { readonly line: TwinLine }) {
  const now = useStore().now.value;
  const told = (what: string, writer: TwinWriter | undefined) =>
    writer === undefined ? null : `${what} by ${writer.by}, ${age(now - writer.at)} ago, in version ${count(writer.version)}`;
  const parts = [told('desired', line.desiredBy), told('reported', line.reportedBy)].filter((part) => part !== null);
  return <><code>{line.pointer}</code> {parts.length === 0 ? 'holds the keys below it' : parts.join(' · ')}</>;
}
