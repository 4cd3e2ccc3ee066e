import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import type { Column } from './columns';

/** Which columns the table has; remembered in this browser. */
export function ColumnChooser({ columns }: { readonly columns: readonly Column[] }) {
  const { hiddenColumns } = useStore().preferences;
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const hidden = hiddenColumns.value;

  useEffect(() => {
    if (!open.value) {
      return undefined;
    }
    const onDown = (event: Event) => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) {
        open.value = false;
      }
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.preventDefault();
        open.value = false;
        root.current?.querySelector('button')?.focus();
      }
    };
    document.addEventListener('pointerdown', onDown);
    document.addEventListener('keydown', onKey, true);
    return () => {
      document.removeEventListener('pointerdown', onDown);
      document.removeEventListener('keydown', onKey, true);
    };
  }, [open.value]);

  const toggle = (key: string) => (hiddenColumns.value = hidden.includes(key) ? hidden.filter((k) => k !== key) : [...hidden, key]);
  return (
    <div class="menu" ref={root}>
      <button type="button" class="button small" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>Columns</button>
      {open.value && (
        <fieldset class="float columns">
          <legend class="visually-hidden">Columns shown</legend>
          {columns.filter((column) => column.key !== 'id' && column.key !== 'state').map((column) => (
            <label key={column.key} class="check">
              <input type="checkbox" checked={!hidden.includes(column.key)} onChange={() => toggle(column.key)} />
              {column.title}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
