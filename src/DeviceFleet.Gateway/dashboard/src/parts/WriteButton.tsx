import type { ComponentChildren } from 'preact';
import { useStore } from '../app/context';

interface Props {
  readonly onClick?: () => void;
  /** Why it cannot be done now; null: it can. Who may not write at all hears that instead. */
  readonly refusal?: string | null;
  /** Only an administrator may. */
  readonly admin?: boolean;
  readonly busy?: boolean;
  readonly kind?: 'primary' | 'plain' | 'danger';
  readonly type?: 'button' | 'submit';
  readonly testid?: string;
  readonly keys?: string;
  readonly children: ComponentChildren;
}

/** A button that changes something. Where it may not, it stays, says why, and can still be focused to hear it. */
export function WriteButton({ onClick, refusal = null, admin = false, busy = false, kind = 'plain', type = 'button', testid, keys, children }: Props) {
  const store = useStore();
  const reason = (admin ? store.adminOnly : store.readOnly).value ?? refusal;
  const off = reason !== null || busy;
  return (
    <button
      type={type}
      class={`button ${kind}`}
      aria-disabled={off}
      aria-busy={busy}
      {...(reason !== null ? { title: reason } : keys !== undefined ? { title: keys } : {})}
      data-testid={testid}
      onClick={(event) => {
        if (off) {
          event.preventDefault();
        } else {
          onClick?.();
        }
      }}
    >
      {children}
      {keys !== undefined && <kbd aria-hidden="true">{keys}</kbd>}
      {reason !== null && <span class="visually-hidden">, not possible: {reason}</span>}
    </button>
  );
}

/** Said once above what may only be looked at. */
export function ReadOnlyNote() {
  const reason = useStore().readOnly.value;
  return reason === null ? null : <p class="quiet read-only" data-testid="read-only">{reason}</p>;
}
